/** Greedy decoding and sampling: one continuation, one token at a time. */

import type { Random } from "../../foundation/random.ts";
import { emptyDraft, endOf, extended, textOf, type Continuation, type DecodingRules } from "./continuation.ts";
import { sample, type SamplingOptions } from "./sampling.ts";
import { logProbabilityOf, usualLength, withoutBanned, type DecodingStrategy, type NextToken } from "./strategy.ts";

/** Chooses the next token. */
export type Choice = (next: NextToken) => number;

export const greedyToken: Choice = ({ tokens }) => tokens[0]!;

export function sampledToken(options: SamplingOptions, random: Random): Choice {
  return ({ logits }) => sample(logits, options, random);
}

export function sampleTokens<Rule extends string>(
  choose: Choice,
  rules: DecodingRules<Rule>,
  start = emptyDraft,
): DecodingStrategy<Rule> {
  const { maxTokens, stopTokens, bannedTokens, requiredText } = rules;
  const limit = start.tokens.length + maxTokens;
  let draft = start;
  let text = textOf(start, requiredText) ?? "";
  let found: readonly Continuation<Rule>[] = [];
  const finish = (end: Pick<Continuation<Rule>, "text" | "stop">, logProbability: number): null => {
    found = [{ ...end, tokens: draft.tokens, logProbability, steps: draft.steps }];
    return null;
  };
  return {
    width: 1,
    considered: 1 + bannedTokens.size,
    room: usualLength(maxTokens),
    mostRoom: maxTokens,
    advance: ([next]) => {
      const token = choose(withoutBanned(next!, bannedTokens));
      const sum = draft.logProbability + logProbabilityOf(next!, token);
      if (stopTokens.has(token)) return finish({ text, stop: "end" }, sum);
      draft = extended(draft, token, sum, rules);
      const longer = textOf(draft, requiredText);
      if (longer === undefined) return null;
      text = longer;
      const end = endOf(draft, text, rules);
      if (end) return finish(end, sum);
      return draft.tokens.length < limit ? { parents: [0], tokens: [token] } : finish({ text, stop: "length" }, sum);
    },
    found: () => found,
  };
}
