/**
 * Counts the Python files that training would read, fast enough for a form: without parsing and comparing them. Files that
 * have not changed are read once.
 */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isFolder } from "../../foundation/exists.ts";
import { pythonFiles } from "../../sources/pythonFiles.ts";
import { readCurrentSource } from "../../sources/readSources.ts";
import { sourceRoots } from "../../sources/sourceRoots.ts";

/** Counts the files of `folders`, each once. Paths that are not folders count 0. */
export type SourceCounter = (folders: readonly string[]) => Promise<number>;

/** Beyond `mostRead` files, a path is enough to be counted. */
export function sourceCounter({ mostRead = 1000 } = {}): SourceCounter {
  const known = new Map<string, { readonly state: string; readonly isFit: boolean }>();
  const isFit = async (path: string): Promise<boolean> => {
    const info = await stat(path).catch(() => undefined);
    if (!info) return false;
    const state = `${info.size} ${info.mtimeMs}`;
    const before = known.get(path);
    if (before?.state === state) return before.isFit;
    const judged = { state, isFit: "text" in (await readCurrentSource(path)) };
    known.set(path, judged);
    return judged.isFit;
  };
  return async (folders) => {
    let [count, read] = [0, 0];
    for (const { path, except } of await sourceRoots(folders)) {
      if (!(await isFolder(path))) continue;
      for await (const file of pythonFiles(path, { except }))
        if (read++ >= mostRead || (await isFit(join(path, file)))) count++;
    }
    return count;
  };
}
