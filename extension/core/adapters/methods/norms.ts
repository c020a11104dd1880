/** Frobenius norms of an adapter's parts, by layer and module. */

/**
 * One norm. Each method decides what it measures. LoRA: ‖scaling · B·A‖, the change of a module's weight. IA3: ‖l - 1‖, the
 * distance of the factors from 1. Prefix: the keys or the values of a layer. Prompt: one virtual token.
 */
export interface AdapterNorm {
  /** For example "model.layers.0" or "token 0". */
  readonly layer: string;
  /** For example "self_attn.q_proj", "key" or "embedding". */
  readonly module: string;
  readonly norm: number;
}

/**
 * Splits a path: "model.layers.0.self_attn.q_proj" is the module "self_attn.q_proj" of the layer "model.layers.0". T5 also
 * numbers the parts of its layers. Those numbers are dropped, because "encoder.block.0" has only one "SelfAttention.q".
 */
export function placeOf(path: string): { layer: string; module: string } {
  const [, layer = "", module = path] = /^(.*?\.\d+)\.(?:layer\.\d+\.)?(.+)$/.exec(path) ?? [];
  return { layer, module };
}

export function normOf(values: Iterable<number>): number {
  return Math.sqrt(sumOf(values, (value) => value * value));
}

function sumOf<T>(items: Iterable<T>, term: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += term(item);
  return sum;
}
