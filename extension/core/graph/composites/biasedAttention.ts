/**
 * Attention without rotary positions. Scores get a bias instead, such as T5's for relative positions. Keys and values
 * may come from the sequence itself, from a cache, or from another sequence.
 */

import { add } from "../primitives/elementwise.ts";
import { gather } from "../primitives/indexing.ts";
import { matMul } from "../primitives/matrix.ts";
import { softmax } from "../primitives/normalization.ts";
import { reshape, split, transpose } from "../primitives/shaping.ts";
import { dimension, size } from "../shape.ts";
import { composite, type Tensor } from "../tensor.ts";

/**
 * softmax(Q·Kᵀ + bias)·V, without scaling.
 *
 * @param query [B, T, heads·D]
 * @param key, value [B or 1, heads, S, D]; all queries share a single sequence
 * @param bias is added to the scores and broadcasts to their shape [B, heads, T, S]; null for none
 * @returns [B, T, heads·D]
 */
export function biasedAttention(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | null): Tensor {
  return composite("biasedAttention", [query, key, value, bias], {
    expand: () => {
      const scores = matMul(perHead(query, size(key, -1)), key, { transposeB: true });
      const mixed = matMul(softmax(bias ? add(scores, bias) : scores), value);
      return reshape(transpose(mixed, [0, 2, 1, 3]), query.shape);
    },
  });
}

/** [B, T, heads·D] → [B, heads, T, D] */
export function perHead(x: Tensor, headSize: number): Tensor {
  const shape = [dimension(x, 0), dimension(x, 1), size(x, -1) / headSize, headSize];
  return transpose(reshape(x, shape), [0, 2, 1, 3]);
}

/** Splits the last axis into `count` parts of the same size: [B, T, count·P] → [B, T, P] each. */
export function equalParts(x: Tensor, count: number): readonly Tensor[] {
  return split(x, new Array<number>(count).fill(size(x, -1) / count), -1);
}

/**
 * Returns a learned bias for each head and distance.
 *
 * @param byDistance [distances, heads]
 * @param distances int64 [T, S], or [B, T, S]: rows of `byDistance`; negative ones count from its end
 * @returns [heads, T, S], or [B, heads, T, S]
 */
export function distanceBias(byDistance: Tensor, distances: Tensor): Tensor {
  return composite("distanceBias", [byDistance, distances], {
    expand: () => transpose(gather(byDistance, distances), distances.shape.length === 2 ? [2, 0, 1] : [0, 3, 1, 2]),
  });
}
