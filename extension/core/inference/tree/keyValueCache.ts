/** The keys and values of the tokens that a model has read, a pair of tensors per layer; builds and joins them. */

import type { PrefixAdapter } from "../../adapters/methods/prefix.ts";
import { prefixOf } from "../../adapters/servedVirtualTokens.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import { floats, floatsOf, type RuntimeTensor } from "../../runtime/session.ts";

/** float32 [1, kvHeads, tokens, D] each. */
export type KeyValues = Readonly<Record<string, RuntimeTensor>>;

/** Returns past.N.key and past.N.value of length 0. */
export function emptyCache(config: ModelConfig): KeyValues {
  return cacheOf(config, 0, () => new Float32Array(0));
}

/** Returns past.N.key and past.N.value of a trained prefix alone. */
export function prefixCache(config: ModelConfig, prefix: PrefixAdapter): KeyValues {
  return cacheOf(config, prefix.tokens, (layer, part) => prefixOf(prefix, layer, part));
}

function cacheOf(
  { layers, attention: { kvHeads, headSize } }: ModelConfig,
  length: number,
  valuesOf: (layer: number, part: "key" | "value") => Float32Array,
): KeyValues {
  const past: Record<string, RuntimeTensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["key", "value"] as const) {
      past[`past.${layer}.${part}`] = floats(valuesOf(layer, part), [1, kvHeads, length, headSize]);
    }
  }
  return past;
}

/** A range of tokens in one cache, from `first` up to and excluding `end`. */
export interface Run {
  readonly from: KeyValues;
  readonly first: number;
  readonly end: number;
}

/** Joins the tokens of all `runs` (at least one) in their order. */
export function joined(runs: readonly Run[]): KeyValues {
  const length = runs.reduce((sum, { first, end }) => sum + end - first, 0);
  const names = Object.keys(runs[0]!.from);
  return Object.fromEntries(names.map((name) => [name, joinedTensor(runs, name, length)]));
}

function joinedTensor(runs: readonly Run[], name: string, length: number): RuntimeTensor {
  const [, heads = 0, , size = 0] = runs[0]!.from[name]!.dims;
  const result = new Float32Array(heads * length * size);
  let at = 0;
  for (const { from, first, end } of runs) {
    const values = floatsOf(from[name]);
    const stride = values.length / heads;
    for (let head = 0; head < heads; head++) {
      const start = head * stride;
      result.set(values.subarray(start + first * size, start + end * size), (head * length + at) * size);
    }
    at += end - first;
  }
  return floats(result, [1, heads, length, size]);
}

/** Returns the ranges of a cache that hold `nodes`, which are in cache order. */
export function runsOf(from: KeyValues, nodes: readonly { readonly entry: number }[]): Run[] {
  const runs: { from: KeyValues; first: number; end: number }[] = [];
  for (const { entry } of nodes) {
    const last = runs.at(-1);
    if (last?.end === entry) last.end++;
    else runs.push({ from, first: entry, end: entry + 1 });
  }
  return runs;
}
