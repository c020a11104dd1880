/** One way of decoding one prompt: it receives the scores of the next tokens, and returns the tokens to read. */

import type { TopTokens } from "../tree/topLogProbabilities.ts";
import type { Continuation } from "./continuation.ts";

/** What the model says about the token after a leaf. */
export interface NextToken extends TopTokens {
  /** [vocabulary] */
  readonly logits: Float32Array;
}

/** Leaf i of the next step is token `tokens[i]` after leaf `parents[i]` of this one. Leaves without a child are dead. */
export interface Growth {
  readonly parents: readonly number[];
  readonly tokens: readonly number[];
}

/** It knows neither the model nor other prompts. */
export interface DecodingStrategy<Rule extends string> {
  /** The most leaves at a time. */
  readonly width: number;
  /** The most tokens that it keeps in the tree beside the prompt: usually, and at worst. */
  readonly room: number;
  readonly mostRoom: number;
  /** How many of the most probable tokens it looks at after each leaf. May change from step to step. */
  readonly considered: number;
  /** @param next one for each leaf; at first the prompt is the only one. Null: decoding is over. */
  advance(next: readonly NextToken[]): Growth | null;
  /** The continuations, best first; complete once decoding is over. None where all have departed from the required text. */
  found(): readonly Continuation<Rule>[];
}

/** Continuations usually end before a generous limit. */
export function usualLength(maxTokens: number): number {
  return Math.min(maxTokens, 128);
}

/** log p of any token, from its distance to the most probable one. */
export function logProbabilityOf({ logits, tokens, logProbabilities }: NextToken, token: number): number {
  return logProbabilities[0]! + logits[token]! - logits[tokens[0]!]!;
}

/** The tokens that are left to choose from. Their log-probabilities stay the model's. */
export function withoutBanned(next: NextToken, banned: ReadonlySet<number>): NextToken {
  if (banned.size === 0) return next;
  const left = [...next.tokens.keys()].filter((i) => !banned.has(next.tokens[i]!));
  return {
    tokens: left.map((i) => next.tokens[i]!),
    logProbabilities: Float32Array.from(left, (i) => next.logProbabilities[i]!),
    // A copy, made only for those who look at it.
    get logits() {
      const logits = next.logits.slice();
      for (const token of banned) logits[token] = -Infinity;
      return logits;
    },
  };
}
