/** Reads the files of a folder that have changed since they were read last, by the rules of core/sources. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../foundation/exists.ts";
import { isPythonFile, pythonFiles } from "../sources/pythonFiles.ts";
import { judgeCurrentText, readCurrentSource } from "../sources/readSources.ts";
import type { Change } from "./repository.ts";
import type { StoredFile } from "./storage/repositoryStore.ts";

export interface FileChange extends Change {
  /** There is a file or a document, but it must not be read. */
  readonly isForbidden: boolean;
}

export interface FolderFiles {
  /** Each file as it was read last. The hash of a text is for the caller to enter. */
  readonly known: Map<string, StoredFile>;
  /** The paths of all files that may be read. */
  list(): Promise<string[]>;
  /** Undefined if the file has not changed. */
  read(path: string): Promise<FileChange | undefined>;
  /** The same for a file that may not be one of those. */
  readIfAllowed(path: string): Promise<FileChange | undefined>;
  /** What is to be known of a file that is not listed. */
  gone(path: string): Promise<FileChange>;
  /** Judges the text of a document. Its file counts as unread. */
  readDocument(path: string, text: string): Promise<FileChange>;
}

/** `root` and `except` are real paths. */
export function openFolderFiles(root: string, except: ReadonlySet<string>): FolderFiles {
  const known = new Map<string, StoredFile>();
  const files: FolderFiles = {
    known,
    async list() {
      const paths: string[] = [];
      for await (const path of pythonFiles(root, { except })) paths.push(path);
      return paths;
    },
    async read(path) {
      const at = join(root, path);
      const info = await stat(at).catch(() => undefined);
      const before = known.get(path);
      if (info && before?.size === info.size && before.modified === info.mtimeMs) return undefined;
      const source = info && (await readCurrentSource(at));
      const text = source && "text" in source ? source.text : undefined;
      if (info) known.set(path, { size: info.size, modified: info.mtimeMs, hash: null });
      else known.delete(path);
      return { path, text, isForbidden: info !== undefined && text === undefined };
    },
    readIfAllowed: async (path) => ((await isPythonFile(root, path, { except })) ? files.read(path) : files.gone(path)),
    async gone(path) {
      known.delete(path);
      return { path, text: undefined, isForbidden: await exists(join(root, path)) };
    },
    async readDocument(path, text) {
      known.delete(path);
      const isAllowed = await isPythonFile(root, path, { except });
      const judged = isAllowed ? await judgeCurrentText(path, text) : undefined;
      return judged && "text" in judged
        ? { path, text: judged.text, isForbidden: false }
        : { path, text: undefined, isForbidden: true };
    },
  };
  return files;
}
