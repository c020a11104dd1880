/** Reads the files of a folder that the index may hold: those that may be trained on, and those that do not parse yet. */

import { openSourceReader, type SourceReaderOptions } from "../sources/readSources.ts";
import type { RepositoryFile } from "./buildSegment.ts";

export async function* readRepository(
  folder: string,
  options: Pick<SourceReaderOptions, "except"> = {},
): AsyncGenerator<RepositoryFile> {
  for await (const source of openSourceReader(folder, { ...options, keepUnparsable: true }).read()) {
    if ("text" in source) yield source;
  }
}
