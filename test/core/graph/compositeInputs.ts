/** Inputs for tests of composites: weights of each kind, attention heads, and a loss. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { masked } from "../../../extension/core/graph/composites/attention.ts";
import { crossEntropy } from "../../../extension/core/graph/composites/crossEntropy.ts";
import { storedWeight, type Weight } from "../../../extension/core/graph/composites/weight.ts";
import type { StoredTensor } from "../../../extension/core/graph/storage.ts";
import { constant, integers, type Tensor } from "../../../extension/core/graph/tensor.ts";
import { quantizeBlocks } from "../../../extension/core/quantization/blockwise.ts";
import { randomValues, writeWeights } from "./evaluate.ts";

export const [rows, columns] = [12, 64];
const folder = mkdtempSync(join(tmpdir(), "composites-"));
const stored = Object.fromEntries(
  ([4, 8] as const).map((bits) => {
    const { blocks, scales } = quantizeBlocks(randomValues([rows, columns], bits), rows, columns, bits);
    const path = writeWeights(join(folder, `int${bits}.bin`), blocks, new Uint8Array(scales.buffer));
    const storage: StoredTensor["storage"] = {
      format: bits === 4 ? "int4" : "int8",
      blocks: { offset: 0, length: blocks.length },
      scales: { offset: blocks.length, length: scales.byteLength },
    };
    return [bits, { path, weight: () => storedWeight([{ name: "w", shape: [rows, columns], storage }]) }];
  }),
);
export const floatPath = writeWeights(
  join(folder, "float32.bin"),
  new Uint8Array(randomValues([rows, columns]).buffer),
);
export const float32 = (): Weight => {
  const bytes = { offset: 0, length: 4 * rows * columns };
  return storedWeight([{ name: "w", shape: [rows, columns], storage: { format: "float32", bytes } }]);
};
export const { path: int4Path, weight: int4 } = stored[4]!;
export const { path: int8Path, weight: int8 } = stored[8]!;
export const heads = { heads: 4, kvHeads: 2, headSize: 16 };
export const ids = integers(3, 0, 11);
const table = (f: (x: number) => number): Tensor =>
  constant(
    Float32Array.from({ length: 16 * 8 }, (_, i) => f(Math.floor(i / 8) / 3 ** (i % 8))),
    [16, 8],
  );
export const rotary = { cosines: table(Math.cos), sines: table(Math.sin), interleaved: false };
const labels = constant(BigInt64Array.of(2n, 7n, 0n), [3, 1]);
const weights = constant(Float32Array.of(0.5, 0.25, 0.25), [3, 1]);
/** The loss with a head of 12 words, which is read in chunks of 5 if it is frozen. */
export const lossOf = (hidden: Tensor, weight: Weight, bias: Tensor | null = null): Tensor =>
  crossEntropy({ hidden, labels, weights }, { weight, bias }, 5);

export function causal(length: number): Tensor {
  const values = Float32Array.from({ length: length * length }, (_, i) => (i % length <= i / length ? 0 : masked));
  return constant(values, [1, 1, 1, length, length]);
}

export const bias = constant(randomValues([rows]), [rows]);
