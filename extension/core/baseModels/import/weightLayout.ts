/** Computes the place and the format of each tensor in a base's single weight file. */

import { elementCount } from "../../graph/shape.ts";
import { blockSize, type Storage, type StoredTensor } from "../../graph/storage.ts";
import type { WeightRequest } from "../../architectures/weightRequest.ts";

/** The possible bits per value of linear layers. */
export const bitWidths = [4, 8, 16, 32] as const;
export type Bits = (typeof bitWidths)[number];

/** The bits of a base that is imported without a choice. */
export const defaultBits: Bits = 4;

export interface WeightLayout {
  /** The tensors in the order of the requests. */
  readonly tensors: readonly StoredTensor[];
  /** The size of the weight file. */
  readonly bytes: number;
}

/** The version of the layout. Increase it when the same requests get another layout. */
export const layoutVersion = 3;

/** A cache line, so that vectors in kernels are aligned when the file is mapped. */
const alignment = 64;

/**
 * Lays out the tensors of `requests` by group: first the values of all tensors of a group in order, then all their
 * scales, so that the group reads as one matrix. Values and scales start on multiples of 64.
 */
export function layOut(requests: readonly WeightRequest[], bits: Bits): WeightLayout {
  const tensors: StoredTensor[] = [];
  let end = 0;
  const align = (): void => {
    end = Math.ceil(end / alignment) * alignment;
  };
  const place = (length: number): { offset: number; length: number } => {
    const range = { offset: end, length };
    end += length;
    return range;
  };
  for (const request of requests) {
    const format = formatOf(request, bits);
    align();
    const values = request.shapes.map((shape) => place(elementCount(shape) * bytesPerValue[format]));
    align();
    for (const [i, name] of request.names.entries()) {
      const shape = request.shapes[i]!;
      const storage: Storage =
        format === "float32" || format === "float16"
          ? { format, bytes: values[i]! }
          : { format, blocks: values[i]!, scales: place((4 * elementCount(shape)) / blockSize) };
      tensors.push({ name, shape, storage });
    }
  }
  return { tensors, bytes: end };
}

const bytesPerValue: Readonly<Record<Storage["format"], number>> = { float32: 4, float16: 2, int8: 1, int4: 0.5 };

/**
 * Returns the format of a group. With 4 bits, embeddings (often also the output head) and the first layer, whose errors
 * pass through all others, stay at 8 bits, because the quality is worth the bytes. Measured in
 * docs/decisions/0014-weights-in-few-bits.md.
 */
function formatOf({ names, role, shapes }: WeightRequest, bits: Bits): Storage["format"] {
  if (role === "vector" || bits === 32) return "float32";
  if (bits === 16) return "float16";
  if (shapes.some((shape) => shape.at(-1)! % blockSize !== 0)) return "float32";
  const isFirstLayer = names.every((name) => /^\D*\.0\./.test(name));
  return bits === 8 || role === "embedding" || isFirstLayer ? "int8" : "int4";
}
