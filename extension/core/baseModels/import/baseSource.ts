/** The files of a Hugging Face folder that make a base, and how an untouched folder is recognised. It converts nothing. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFolder } from "../../weights/modelFolder.ts";
import type { BaseRecord } from "../installedBase.ts";

/** Small files that an installed base keeps beside its weights, where the source has them. */
export const keptFiles: ReadonlySet<string> = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "LICENSE",
]);

/** Names of the files to copy. */
export async function filesToKeep(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => keptFiles.has(name)).toSorted();
}

/** Name, size and time of modification of all files that matter: equal for a source that nobody has touched. */
export async function stampSource({ path, shards }: ModelFolder): Promise<BaseRecord["source"]> {
  const files: [string, number, number][] = [];
  for (const name of [...(await filesToKeep(path)), ...shards]) {
    const { size, mtimeMs } = await stat(join(path, name));
    files.push([name, size, mtimeMs]);
  }
  return { path, files };
}
