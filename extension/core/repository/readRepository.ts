/** Reads the files of a folder that the index may hold: those that may be trained on, and those that do not parse yet. */

import { join } from "node:path";
import { readCurrentSource } from "../sources/readSources.ts";
import { pythonFiles, type WalkOptions } from "../sources/pythonFiles.ts";
import type { RepositoryFile } from "./buildSegment.ts";

export async function* readRepository(
  folder: string,
  options: Pick<WalkOptions, "except"> = {},
): AsyncGenerator<RepositoryFile> {
  for await (const path of pythonFiles(folder, options)) {
    const source = await readCurrentSource(join(folder, path));
    if ("text" in source) yield { path, text: source.text };
  }
}
