/**
 * A prior: knowledge besides the model's, mixed into its distribution before a strategy chooses. docs/prior.md defines the
 * mixture.
 */

import type { Draft } from "./continuation.ts";
import { emptyDraft } from "./continuation.ts";
import type { Detokenizer } from "./detokenizer.ts";
import { logProbabilityOf, type DecodingStrategy, type NextToken } from "./strategy.ts";

/** Returns the distribution of the token after `written`, the text of all tokens after the prompt. */
export type Prior = (written: string, next: NextToken) => NextToken;

/** Lets a strategy see the mixed distributions only. */
export function withPrior<Rule extends string>(
  prior: Prior,
  detokenize: Detokenizer,
  strategy: DecodingStrategy<Rule>,
): DecodingStrategy<Rule> {
  let leaves: readonly Draft["written"][] = [emptyDraft.written];
  return {
    width: strategy.width,
    room: strategy.room,
    mostRoom: strategy.mostRoom,
    get considered() {
      return strategy.considered;
    },
    advance: (next) => {
      const mixed = next.map((row, i) => {
        const { text, pending } = leaves[i]!;
        // Inside a character, no text says what follows.
        return pending.length > 0 ? row : prior(text, row);
      });
      const growth = strategy.advance(mixed);
      if (growth) leaves = growth.parents.map((parent, i) => detokenize(leaves[parent]!, growth.tokens[i]!));
      return growth;
    },
    found: () => strategy.found(),
  };
}

/**
 * Returns a distribution with other probabilities for a few tokens.
 *
 * @param changed log p of these tokens; all tokens that are likelier than the others must be among them or in `next`
 * @param others the logarithm of the factor of all other probabilities
 */
export function withProbabilities(next: NextToken, changed: ReadonlyMap<number, number>, others: number): NextToken {
  const logits = next.logits.slice();
  // All logits may be moved alike, so only those of the changed tokens are.
  for (const [token, value] of changed) {
    logits[token] = logits[token]! + (value - logProbabilityOf(next, token)) - others;
  }
  const all = new Map<number, number>();
  for (const [i, token] of next.tokens.entries()) all.set(token, next.logProbabilities[i]! + others);
  for (const [token, value] of changed) all.set(token, value);
  const sorted = [...all].sort(([, a], [, b]) => b - a);
  return {
    tokens: sorted.map(([token]) => token),
    logProbabilities: Float32Array.from(sorted, ([, value]) => value),
    logits,
  };
}
