/**
 * The probability of a token after a few others, from counts: interpolated modified Kneser-Ney smoothing (Chen &
 * Goodman 1999, "An empirical study of smoothing techniques for language modeling", section 3). Sums to one over the
 * vocabulary in any context.
 */

import type { NgramLevel, NgramTrie } from "./ngramTrie.ts";

export interface NgramModel {
  readonly vocabularySize: number;
  /** p(token | the last tokens of `context`) */
  probability(context: readonly number[], token: number): number;
  /** p of every token after `context`, [vocabulary] */
  distribution(context: readonly number[]): Float64Array;
}

/** The discounts of counts 1, 2, and 3 or more; 0 for a count of 0. */
export type Discounts = readonly [none: 0, one: number, two: number, more: number];

/** The continuations of one level's n-grams, by the node of the context. */
interface Followers {
  readonly discounts: Discounts;
  /** The sum of the counts of all continuations. */
  readonly totals: Uint32Array;
  /** The sum of their discounts, which goes to the shorter context. */
  readonly taken: Float64Array;
}

/** p(w | h) = max(c(hw) - D(c(hw)), 0) / Σ c(h·) + Σ D(c(h·)) / Σ c(h·) · p(w | h without its first token). */
export function kneserNey({ vocabularySize, levels }: NgramTrie): NgramModel {
  const followers = levels.map((level, i) => followersOf(level, i === 0 ? 1 : levels[i - 1]!.size));
  /** The share that a count gives, without the shorter context's part. */
  const share = ({ discounts, totals }: Followers, context: number, count: number): number =>
    (count - discounts[Math.min(count, 3)]!) / totals[context]!;

  const single = new Float64Array(vocabularySize).fill(1 / vocabularySize);
  const [tokens] = levels;
  if (tokens && followers[0]!.totals[0]! > 0) {
    const rest = followers[0]!.taken[0]! / followers[0]!.totals[0]!;
    for (let token = 0; token < vocabularySize; token++) {
      single[token] = share(followers[0]!, 0, tokens.counts[token]!) + rest / vocabularySize;
    }
  }

  /** Returns the nodes of the last 1, 2, … tokens of `context`, as long as the corpus has continuations of them. */
  const contextsOf = (context: readonly number[]): number[] => {
    const nodes: number[] = [];
    for (let length = 1; length < levels.length && length <= context.length; length++) {
      let node = context.at(-length)!;
      for (let i = 1; i < length && node >= 0; i++) node = levels[i]!.find(node, context.at(i - length)!);
      if (node < 0 || followers[length]!.totals[node] === 0) break;
      nodes.push(node);
    }
    return nodes;
  };

  const interpolated = (contexts: readonly number[], token: number): number => {
    let probability = single[token]!;
    for (const [i, context] of contexts.entries()) {
      const level = levels[i + 1]!;
      const behind = followers[i + 1]!;
      const node = level.find(context, token);
      const shorter = (behind.taken[context]! / behind.totals[context]!) * probability;
      probability = (node < 0 ? 0 : share(behind, context, level.counts[node]!)) + shorter;
    }
    return probability;
  };

  return {
    vocabularySize,
    probability: (context, token) => interpolated(contextsOf(context), token),
    distribution: (context) => {
      const contexts = contextsOf(context);
      return Float64Array.from({ length: vocabularySize }, (_, token) => interpolated(contexts, token));
    },
  };
}

function followersOf(level: NgramLevel, contexts: number): Followers {
  const { counts, parents, size } = level;
  const discounts = discountsOf(counts.subarray(0, size));
  const totals = new Uint32Array(contexts);
  const taken = new Float64Array(contexts);
  for (let node = 0; node < size; node++) {
    const context = parents[node]!;
    totals[context]! += counts[node]!;
    taken[context]! += discounts[Math.min(counts[node]!, 3)]!;
  }
  return { discounts, totals, taken };
}

/** KenLM's fallback for texts that are too small to estimate discounts. */
const fallback: Discounts = [0, 0.5, 1, 1.5];

/** Estimates discounts from the numbers of n-grams with a count of 1, 2, 3 and 4: Chen & Goodman's equation 26. */
export function discountsOf(counts: Uint32Array): Discounts {
  const having = [0, 0, 0, 0, 0];
  for (const count of counts) if (count <= 4) having[count]! += 1;
  const [, one = 0, two = 0, three = 0, four = 0] = having;
  const y = one / (one + 2 * two);
  const estimated = [0, 1 - (2 * y * two) / one, 2 - (3 * y * three) / two, 3 - (4 * y * four) / three] as const;
  // Otherwise a discount could exceed its count, or be zero.
  return estimated.every((discount, i) => (i === 0 ? true : discount > 0 && discount <= i)) ? estimated : fallback;
}
