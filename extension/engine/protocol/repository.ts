/** The editor's messages to the repository process. */

import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import type { RepositoryAnswer, RepositoryQuery } from "../../core/repository/repositoryQuery.ts";
import type { RepositorySize } from "../../core/repository/repository.ts";
import type { ErrorData } from "../wire.ts";

/** A root folder, and what distinguishes it from other roots. */
export interface RepositoryRoot {
  folder: string;
  /** The other roots of the window; files inside them are theirs. */
  others: readonly string[];
  /** Holds the indexes of all folders on disk. */
  home: string;
}

/** Paths are relative to the folder, with forward slashes. */
export interface RepositoryChanges {
  folder: string;
  /** Files that were saved, created, deleted or renamed. A folder or an ignore file means all files. */
  reread: readonly string[];
  /** Documents with text that is in no file; without text once they are saved or closed. */
  unsaved: readonly { path: string; text?: string }[];
}

/** Reads a folder, except for files whose data in the index on disk is up to date. Returns once the index is ready. */
export const openRepositoryRequest = new RequestType<RepositoryRoot, RepositorySize, ErrorData>("repository/open");

export const changeRepositoryRequest = new RequestType<RepositoryChanges, RepositorySize, ErrorData>(
  "repository/change",
);

/** The answer is undefined while the folder is being read. */
export const queryRepositoryRequest = new RequestType<
  { folder: string; query: RepositoryQuery },
  { answer?: RepositoryAnswer },
  ErrorData
>("repository/query");

/** Closes a folder. */
export const closeRepositoryRequest = new RequestType<{ folder: string }, void, ErrorData>("repository/close");

export const repositoryProgress = new NotificationType<{ folder: string; done: number; total: number }>(
  "repository/progress",
);
