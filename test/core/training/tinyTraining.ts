/** The start of tests of whole trainings: an imported tiny base, and rows to train it on. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { writeTinyCheckpoint } from "../baseModels/tinyCheckpoint.ts";

/** Twenty rows, whose numbers begin with `from`. */
export const rows = (from: number): string =>
  Array.from({ length: 20 }, (_, i) => JSON.stringify({ intent: `add ${i}`, code: `x + ${from + i}` })).join("\n");

/** Writes the checkpoint `tiny`, the base "mine" in `home`, and `rows.jsonl`. Returns how a training names them. */
export async function writeTinyTraining(
  folder: string,
): Promise<Pick<TrainOptions, "base" | "home" | "embedded" | "dataFolder" | "data">> {
  const [tiny, home, data] = [join(folder, "tiny"), join(folder, "home"), join(folder, "rows.jsonl")];
  await writeTinyCheckpoint(tiny);
  await writeFile(data, rows(0));
  await importBase({ source: tiny, home, name: "mine", bits: 8 });
  return { base: "mine", home, embedded: "", dataFolder: "", data: [data] };
}
