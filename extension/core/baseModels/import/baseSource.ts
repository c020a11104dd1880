/** Selects the files of a Hugging Face folder that make a base, and recognizes an unchanged folder. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFolder } from "../../weights/modelFolder.ts";
import type { BaseRecord } from "../installedBase.ts";

/** The small files that an installed base keeps next to its weights if the source has them. */
export const keptFiles: ReadonlySet<string> = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "LICENSE",
]);

/**
 * The report of the training that made all weights of a base, or an adapter. An installed base keeps it, but the base's hash
 * excludes it, because it holds times.
 */
export const trainingReportFile = "graft.json";

/** Returns the names of the files to copy. */
export async function filesToKeep(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => keptFiles.has(name)).toSorted();
}

/** Returns name, size and modification time of all relevant files, which stay equal as long as the source is unchanged. */
export async function stampSource({ path, shards }: ModelFolder): Promise<BaseRecord["source"]> {
  const files: [string, number, number][] = [];
  for (const name of [...(await filesToKeep(path)), ...shards]) {
    const { size, mtimeMs } = await stat(join(path, name));
    files.push([name, size, mtimeMs]);
  }
  return { path, files };
}
