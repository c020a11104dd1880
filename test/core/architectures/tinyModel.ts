/** A base small enough for finite differences, in the layout of an installed base: of random weights, or of given ones. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import type { StoredTensor } from "../../../extension/core/graph/storage.ts";
import { weightRequests } from "../../../extension/core/architectures/architectures.ts";
import type { Bits } from "../../../extension/core/baseModels/import/weightLayout.ts";
import type { ModelConfig } from "../../../extension/core/architectures/config.ts";
import { quantizeBlocks } from "../../../extension/core/quantization/blockwise.ts";
import { narrow } from "../../../extension/core/weights/dtype.ts";

export interface TinyModel {
  readonly weightsPath: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

type Values = (name: string, shape: readonly number[]) => Float32Array;

/** Every matrix has `bits` (16 and 32 are floats); the head has 8 bits if the others have 4. */
export function tinyModel(config: ModelConfig, bits: Bits, values: Values = randomWeights()): TinyModel {
  const parts: Uint8Array[] = [];
  const tensors = new Map<string, StoredTensor>();
  let offset = 0;
  const put = (data: Float32Array | Uint8Array): { offset: number; length: number } => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    parts.push(bytes);
    const range = { offset, length: bytes.length };
    offset += bytes.length;
    return range;
  };
  for (const { names, shapes, role } of weightRequests(config)) {
    const matrices = shapes.map((shape, i) => values(names[i]!, shape));
    if (role === "vector" || bits === 32) {
      for (const [i, name] of names.entries()) {
        tensors.set(name, { name, shape: shapes[i]!, storage: { format: "float32", bytes: put(matrices[i]!) } });
      }
      continue;
    }
    if (bits === 16) {
      for (const [i, name] of names.entries()) {
        const bytes = put(narrow("F16", Float32Array.from(matrices[i]!), name));
        tensors.set(name, { name, shape: shapes[i]!, storage: { format: "float16", bytes } });
      }
      continue;
    }
    const width = role === "embedding" ? 8 : bits;
    const quantized = matrices.map((matrix, i) => quantizeBlocks(matrix, shapes[i]![0]!, shapes[i]![1]!, width));
    const blocks = quantized.map((q) => put(q.blocks));
    const scales = quantized.map((q) => put(q.scales));
    for (const [i, name] of names.entries()) {
      const format = width === 4 ? "int4" : "int8";
      tensors.set(name, { name, shape: shapes[i]!, storage: { format, blocks: blocks[i]!, scales: scales[i]! } });
    }
  }
  const weightsPath = join(mkdtempSync(join(tmpdir(), "tiny-")), "weights.bin");
  writeFileSync(weightsPath, Buffer.concat(parts));
  return { weightsPath, tensors };
}

function randomWeights(): Values {
  const random = seededRandom(11, "weights");
  return (name, shape) => {
    const count = shape.reduce((product, n) => product * n, 1);
    const mean = name.includes("norm") ? 1 : 0;
    const spread = shape.length === 1 ? 0.1 : 1 / Math.sqrt(shape[1]!);
    return Float32Array.from({ length: count }, () => mean + spread * random.normal());
  };
}
