/** Computes a random order without storing it. */

import type { Random } from "../random.ts";

const rounds = 6;

/**
 * Returns a random permutation of 0 … size-1 (at most 2³²) as a function: a Feistel network over the next power of four,
 * applied until the result is below `size` (cycle walking; Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
 */
export function permutation(size: number, random: Random): (index: number) => number {
  const bits = Math.max(1, Math.ceil(Math.log2(size) / 2));
  const mask = 2 ** bits - 1;
  const keys = Array.from({ length: rounds }, () => random.integer(2 ** 32));
  const network = (index: number): number => {
    let [left, right] = [Math.floor(index / 2 ** bits), index & mask];
    for (const key of keys) [left, right] = [right, left ^ (mixed(right ^ key) & mask)];
    return left * 2 ** bits + right;
  };
  return (index) => {
    let at = network(index);
    while (at >= size) at = network(at);
    return at;
  };
}

/** Mixes bits with the finalizer of MurmurHash3: every bit of the result depends on every bit of `value`. */
function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
