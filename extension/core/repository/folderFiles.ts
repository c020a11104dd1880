/** Reads the files of a folder that have changed since they were read last, by the rules of core/sources. */

import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { exists, isFolder } from "../foundation/exists.ts";
import { environmentMarkers } from "../sources/foreignFolders.ts";
import { isPythonFile, pythonFiles } from "../sources/pythonFiles.ts";
import { judgeCurrentText, readCurrentSource } from "../sources/readSources.ts";
import type { Change } from "./repository.ts";
import type { StoredFile } from "./storage/repositoryStore.ts";

export interface FileChange extends Change {
  /** There is a file or a document, but it must not be read. */
  readonly isForbidden: boolean;
}

export interface FolderFiles {
  /** Each file as it was last read. The caller enters the hash of its text. */
  readonly known: Map<string, StoredFile>;
  /** The paths of all files that may be read. */
  list(): Promise<string[]>;
  /** Undefined if the file has not changed. */
  read(path: string): Promise<FileChange | undefined>;
  /** Reads many files, and yields their changes in portions of this many characters. */
  readMany(
    paths: readonly string[],
    portion: number,
    onProgress: ((done: number, total: number) => void) | undefined,
  ): AsyncGenerator<FileChange[]>;
  /** Whether paths mean more files than they name: a file of rules does, and so does a folder that was created or removed. */
  standForMany(paths: readonly string[]): Promise<boolean>;
  /** Reads a file that may be unlisted, or not allowed to be read. */
  readIfAllowed(path: string): Promise<FileChange | undefined>;
  /** Forgets a file that is not listed, and returns its change. */
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
      if (info && before && isUnchanged(before, info)) return undefined;
      const source = info && (await readCurrentSource(at));
      const text = source && "text" in source ? source.text : undefined;
      if (info) known.set(path, { size: info.size, modified: info.mtimeMs, changed: info.ctimeMs, hash: null });
      else known.delete(path);
      return { path, text, isForbidden: info !== undefined && text === undefined };
    },
    async *readMany(paths, portion, onProgress) {
      let changes: FileChange[] = [];
      let length = 0;
      for (const [done, path] of paths.entries()) {
        onProgress?.(done, paths.length);
        const change = await files.read(path);
        if (change) changes.push(change);
        length += change?.text?.length ?? 0;
        if (length < portion) continue;
        yield changes;
        [changes, length] = [[], 0];
      }
      yield changes;
    },
    async standForMany(paths) {
      if (changeRules(paths)) return true;
      const folders = new Set([...known.keys()].flatMap(foldersAround));
      for (const path of paths.filter((one) => !one.endsWith(".py")))
        if (folders.has(path) || (await isFolder(join(root, path)))) return true;
      return false;
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

function isUnchanged({ size, modified, changed }: StoredFile, info: Stats): boolean {
  return size === info.size && modified === info.mtimeMs && changed === info.ctimeMs;
}

const rules: ReadonlySet<string> = new Set([".gitignore", ...environmentMarkers]);

/** Whether the rules may have changed, so that some files must not be read any more. */
export function changeRules(paths: readonly string[]): boolean {
  return paths.some((path) => rules.has(basename(path)));
}

/** Returns "a" and "a/b" for "a/b/c.py". */
function foldersAround(path: string): string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}
