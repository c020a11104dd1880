/** One decoding strategy for one prompt: receives the scores of the next tokens, and returns the tokens to read. */

import type { TopTokens } from "../tree/topLogProbabilities.ts";
import type { Continuation } from "./continuation.ts";

/** The model's scores for the token after a leaf. */
export interface NextToken extends TopTokens {
  /** [vocabulary] */
  readonly logits: Float32Array;
}

/** Leaf i of the next step is token `tokens[i]` after leaf `parents[i]` of this one. Leaves without a child are dead. */
export interface Growth {
  readonly parents: readonly number[];
  readonly tokens: readonly number[];
}

/** Independent of the model and of other prompts. */
export interface DecodingStrategy<Rule extends string> {
  /** The maximum number of leaves at a time. */
  readonly width: number;
  /** The most tokens that the strategy usually keeps in the tree besides the prompt. */
  readonly room: number;
  /** The most tokens that it keeps there in the worst case. */
  readonly mostRoom: number;
  /** The number of most probable tokens that the strategy considers after each leaf. May change from step to step. */
  readonly considered: number;
  /**
   * Returns the next leaves, or null once decoding is done.
   *
   * @param next the scores after each leaf; at first the prompt is the only leaf
   */
  advance(next: readonly NextToken[]): Growth | null;
  /** Returns the continuations, best first; complete once decoding is done. Empty if all contradict the required text. */
  found(): readonly Continuation<Rule>[];
}

/** Returns the length in tokens that a continuation rarely exceeds; a limit is often more generous. */
export function usualLength(maxTokens: number): number {
  return Math.min(maxTokens, 128);
}

/** Returns log p of any token, from its distance to the most probable one. */
export function logProbabilityOf({ logits, tokens, logProbabilities }: NextToken, token: number): number {
  return logProbabilities[0]! + logits[token]! - logits[tokens[0]!]!;
}

/** Removes the banned tokens from the choice. The log-probabilities stay the model's. */
export function withoutBanned(next: NextToken, banned: ReadonlySet<number>): NextToken {
  if (banned.size === 0) return next;
  const left = [...next.tokens.keys()].filter((i) => !banned.has(next.tokens[i]!));
  return {
    tokens: left.map((i) => next.tokens[i]!),
    logProbabilities: Float32Array.from(left, (i) => next.logProbabilities[i]!),
    // Copied only on access.
    get logits() {
      const logits = next.logits.slice();
      for (const token of banned) logits[token] = -Infinity;
      return logits;
    },
  };
}
