/** What an adapter consists of, and how far it moves its base: numbers for a reader to judge it by. It judges nothing. */

import type { Adapter, LoraAdapter, LoraMatrices, PrefixAdapter, PromptAdapter } from "./adapter.ts";

export interface AdapterReport {
  readonly parameters: number;
  readonly norms: readonly AdapterNorm[];
}

/**
 * A Frobenius norm. Of LoRA ‖scaling · B·A‖, what is added to a module's weight; of IA3 ‖l - 1‖, how far its factors are
 * from doing nothing; of a prefix that of a layer's keys or values; of a prompt that of a virtual token.
 */
export interface AdapterNorm {
  /** Such as "model.layers.0", or "token 0". */
  readonly layer: string;
  /** Such as "self_attn.q_proj", "key" or "embedding". */
  readonly module: string;
  readonly norm: number;
}

export function inspectAdapter(adapter: Adapter): AdapterReport {
  switch (adapter.method) {
    case "lora":
      return {
        parameters: sumOf(adapter.modules.values(), ({ a, b }) => a.length + b.length),
        norms: [...adapter.modules].map(([path, matrices]) => {
          return { ...placeOf(path), norm: updateNorm(adapter, matrices) };
        }),
      };
    case "ia3":
      return {
        parameters: sumOf(adapter.modules.values(), ({ values }) => values.length),
        norms: [...adapter.modules].map(([path, { values }]) => {
          return { ...placeOf(path), norm: Math.sqrt(sumOf(values, (value) => (value - 1) ** 2)) };
        }),
      };
    case "prompt":
      return { parameters: adapter.values.length, norms: promptNorms(adapter) };
    case "prefix":
      return { parameters: adapter.values.length, norms: prefixNorms(adapter) };
  }
}

/**
 * "model.layers.0.self_attn.q_proj" is the module "self_attn.q_proj" of the layer "model.layers.0"; T5 numbers the parts of its
 * layers, too, but "encoder.block.0" has one "SelfAttention.q" anyway.
 */
function placeOf(path: string): { layer: string; module: string } {
  const [, layer = "", module = path] = /^(.*?\.\d+)\.(?:layer\.\d+\.)?(.+)$/.exec(path) ?? [];
  return { layer, module };
}

/** ‖B·A‖² is the sum of (BᵀB) ⊙ (A·Aᵀ), two small matrices [rank, rank]. */
function updateNorm({ rank, scaling }: LoraAdapter, { a, b, inFeatures, outFeatures }: LoraMatrices): number {
  let sum = 0;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      let [ofA, ofB] = [0, 0];
      for (let k = 0; k < inFeatures; k++) ofA += a[i * inFeatures + k]! * a[j * inFeatures + k]!;
      for (let k = 0; k < outFeatures; k++) ofB += b[k * rank + i]! * b[k * rank + j]!;
      sum += ofA * ofB;
    }
  }
  // Rounding may leave what is zero a little below it.
  return Math.abs(scaling) * Math.sqrt(Math.max(0, sum));
}

function promptNorms({ tokens, hiddenSize, values }: PromptAdapter): AdapterNorm[] {
  return Array.from({ length: tokens }, (_, token) => {
    const own = values.subarray(token * hiddenSize, (token + 1) * hiddenSize);
    return { layer: `token ${token}`, module: "embedding", norm: normOf(own) };
  });
}

function prefixNorms({ tokens, layers, kvHeads, headSize, values }: PrefixAdapter): AdapterNorm[] {
  const width = kvHeads * headSize;
  return Array.from({ length: 2 * layers }, (_, i) => {
    const squares = Array.from({ length: tokens }, (_row, token) => {
      const start = (token * 2 * layers + i) * width;
      return normOf(values.subarray(start, start + width)) ** 2;
    });
    const norm = Math.sqrt(sumOf(squares, (square) => square));
    return { layer: `layer ${Math.floor(i / 2)}`, module: i % 2 === 0 ? "key" : "value", norm };
  });
}

function normOf(values: Float32Array): number {
  return Math.sqrt(sumOf(values, (value) => value * value));
}

function sumOf<T>(items: Iterable<T>, term: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += term(item);
  return sum;
}
