/** What the editor tells and asks the repository process. */

import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import type { RepositoryAnswer, RepositoryQuery } from "../../core/repository/repositoryQuery.ts";
import type { RepositorySize } from "../../core/repository/repository.ts";
import type { ErrorData } from "../wire.ts";

/** A root folder, and what tells it from others. */
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
  /** Files that were saved, created, deleted or renamed; ignore rules and folders stand for all files. */
  reread: readonly string[];
  /** Documents with text that is in no file; without text once they are saved or closed. */
  unsaved: readonly { path: string; text?: string }[];
}

/** Reads a folder, as far as its index on disk is not of today. Answers once it is ready. */
export const openRepositoryRequest = new RequestType<RepositoryRoot, RepositorySize, ErrorData>("repository/open");

export const changeRepositoryRequest = new RequestType<RepositoryChanges, RepositorySize, ErrorData>(
  "repository/change",
);

/** Undefined while the folder is read. */
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
