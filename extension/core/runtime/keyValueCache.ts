/** Keys and values of the tokens that a decoder has read, one pair of tensors a layer, for one sequence or several alike. */

import type { PrefixAdapter } from "../adapters/adapter.ts";
import { prefixOf } from "../adapters/virtualTokens.ts";
import type { ModelConfig } from "../models/config.ts";
import { floats, floatsOf, type RuntimeTensor } from "./session.ts";

export interface KeyValueCache {
  /** How many tokens it holds. */
  readonly length: number;
  /** past.N.key and past.N.value, float32 [sequences, kvHeads, length, D]. */
  readonly past: Readonly<Record<string, RuntimeTensor>>;
}

export function emptyCache(config: ModelConfig): KeyValueCache {
  return cacheOf(config, 0, () => new Float32Array(0));
}

/** The cache of nothing but a prefix. */
export function prefixCache(config: ModelConfig, prefix: PrefixAdapter): KeyValueCache {
  return cacheOf(config, prefix.tokens, (layer, part) => prefixOf(prefix, layer, part));
}

function cacheOf(
  { layers, attention: { kvHeads, headSize } }: ModelConfig,
  length: number,
  valuesOf: (layer: number, part: "key" | "value") => Float32Array,
): KeyValueCache {
  const past: Record<string, RuntimeTensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["key", "value"] as const) {
      past[`past.${layer}.${part}`] = floats(valuesOf(layer, part), [1, kvHeads, length, headSize]);
    }
  }
  return { length, past };
}

/** The cache of the first `length` tokens: itself, if it holds no more, else a copy of what remains. */
export function truncated(cache: KeyValueCache, length: number): KeyValueCache {
  return length >= cache.length ? cache : { length, past: mapped(cache.past, (tensor) => firstTokens(tensor, length)) };
}

/** The cache whose sequence i is sequence `chosen[i]` of `cache`; one may be chosen several times. */
export function selected(cache: KeyValueCache, chosen: readonly number[]): KeyValueCache {
  const [sequences] = Object.values(cache.past)[0]?.dims ?? [];
  const isSame = chosen.length === sequences && chosen.every((sequence, i) => sequence === i);
  return isSame ? cache : { ...cache, past: mapped(cache.past, (tensor) => sequencesOf(tensor, chosen)) };
}

function mapped(
  past: KeyValueCache["past"],
  change: (tensor: RuntimeTensor) => RuntimeTensor,
): Readonly<Record<string, RuntimeTensor>> {
  return Object.fromEntries(Object.entries(past).map(([name, tensor]) => [name, change(tensor)]));
}

function firstTokens(tensor: RuntimeTensor, length: number): RuntimeTensor {
  const [sequences = 0, heads = 0, before = 0, size = 0] = tensor.dims;
  const values = floatsOf(tensor);
  const kept = new Float32Array(sequences * heads * length * size);
  for (let head = 0; head < sequences * heads; head++) {
    const start = head * before * size;
    kept.set(values.subarray(start, start + length * size), head * length * size);
  }
  return floats(kept, [sequences, heads, length, size]);
}

function sequencesOf(tensor: RuntimeTensor, chosen: readonly number[]): RuntimeTensor {
  const [, ...shape] = tensor.dims;
  const stride = shape.reduce((product, n) => product * n, 1);
  const values = floatsOf(tensor);
  const result = new Float32Array(chosen.length * stride);
  for (const [i, sequence] of chosen.entries()) {
    result.set(values.subarray(sequence * stride, (sequence + 1) * stride), i * stride);
  }
  return floats(result, [chosen.length, ...shape]);
}
