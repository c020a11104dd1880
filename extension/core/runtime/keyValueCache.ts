/** Keys and values of the tokens that a decoder has read, one pair of tensors a layer. */

import type { ModelConfig } from "../models/config.ts";
import { floats, floatsOf, type RuntimeTensor } from "./session.ts";

export interface KeyValueCache {
  /** How many tokens it holds. */
  readonly length: number;
  /** past.N.key and past.N.value, float32 [1, kvHeads, length, D]. */
  readonly past: Readonly<Record<string, RuntimeTensor>>;
}

export function emptyCache({ layers, attention }: ModelConfig): KeyValueCache {
  const past: Record<string, RuntimeTensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["key", "value"]) {
      past[`past.${layer}.${part}`] = floats(new Float32Array(0), [1, attention.kvHeads, 0, attention.headSize]);
    }
  }
  return { length: 0, past };
}

/** The cache of the first `length` tokens: itself, if it holds no more, else a copy of what remains. */
export function truncated(cache: KeyValueCache, length: number): KeyValueCache {
  if (length >= cache.length) return cache;
  const shortened = Object.entries(cache.past).map(([name, tensor]) => [name, firstTokens(tensor, length)] as const);
  return { length, past: Object.fromEntries(shortened) };
}

function firstTokens(tensor: RuntimeTensor, length: number): RuntimeTensor {
  const [, heads = 0, before = 0, size = 0] = tensor.dims;
  const values = floatsOf(tensor);
  const kept = new Float32Array(heads * length * size);
  for (let head = 0; head < heads; head++) {
    const start = head * before * size;
    kept.set(values.subarray(start, start + length * size), head * length * size);
  }
  return floats(kept, [1, heads, length, size]);
}
