/** What tests read of a data set. */

import { english } from "../../../extension/core/foundation/words/said.ts";
import type { Example } from "../../../extension/core/dataset/example.ts";
import { openDataset } from "../../../extension/core/dataset/openDataset.ts";
import type { Split } from "../../../extension/core/dataset/paperDatasets.ts";

export interface Read {
  name: string;
  examples: Example[];
  /** In English. */
  problems: { where: string; message: string }[];
}

/** `dataFolder` holds the paper's data sets. */
export async function loadedDataset(source: string, dataFolder: string, split: Split = "train"): Promise<Read> {
  const dataset = await openDataset(source, { dataFolder, split });
  const read: Read = { name: dataset.name, examples: [], problems: [] };
  for await (const entry of dataset.examples()) {
    if ("kind" in entry) read.examples.push(entry);
    else read.problems.push({ where: entry.where, message: english(entry.message) });
  }
  return read;
}
