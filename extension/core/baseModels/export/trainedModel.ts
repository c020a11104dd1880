/** Writes a base with all weights trained as a Hugging Face folder. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import type { ModelFolder } from "../../weights/modelFolder.ts";
import { exportModel } from "./exportModel.ts";
import type { InstalledBase } from "../installedBase.ts";
import { openOriginal } from "./originalFolder.ts";

/** A trained weight with its checkpoint key. */
export interface TrainedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes the weights in float32 into `folder`, with the config and the tokenizer of their base.
 *
 * @throws UserError "not-writable", "disk-full"
 */
export async function writeTrainedModel(
  folder: string,
  base: InstalledBase,
  weights: readonly TrainedWeight[],
): Promise<void> {
  const { folder: original } = await openOriginal(base);
  try {
    const values = new Map(weights.map((weight) => [weight.name, weight.values]));
    const tensors = weights.map(({ name, shape, values: { byteLength: length } }) => {
      return [name, { dtype: "F32", shape, offset: 0, length }] as const;
    });
    const readBytes: ModelFolder["readBytes"] = async (name, part) =>
      new Uint8Array(values.get(name)!.slice(part?.start, part && part.start + part.count).buffer);
    await exportModel(folder, { ...original, tensors: new Map(tensors), readBytes }, () => "F32");
    // Edited as text: parsing and writing would turn 1.0 into 1, which transformers rejects where it expects a real number.
    const config = await readFile(join(folder, "config.json"), "utf8");
    await writeFileAtomic(join(folder, "config.json"), config.replace(/("(torch_)?dtype": *)"\w+"/g, '$1"float32"'));
  } finally {
    await original.close();
  }
}
