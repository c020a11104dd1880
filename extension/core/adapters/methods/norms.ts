/** Frobenius norms of what an adapter consists of, by layer and module. */

/**
 * What the norm is taken of, each method decides: LoRA's ‖scaling · B·A‖, what is added to a module's weight; IA3's ‖l - 1‖, how
 * far its factors are from doing nothing; the keys or values of a layer's prefix; a virtual token of a prompt.
 */
export interface AdapterNorm {
  /** Such as "model.layers.0", or "token 0". */
  readonly layer: string;
  /** Such as "self_attn.q_proj", "key" or "embedding". */
  readonly module: string;
  readonly norm: number;
}

/**
 * "model.layers.0.self_attn.q_proj" is the module "self_attn.q_proj" of the layer "model.layers.0"; T5 numbers the parts of its
 * layers, too, but "encoder.block.0" has one "SelfAttention.q" anyway.
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
