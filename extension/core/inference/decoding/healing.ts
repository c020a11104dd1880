/**
 * Token healing: the prompt ends before the tokens that depend on the text after them, and the model writes their text
 * again in tokens of its own choice before it decodes freely. Source: guidance (Lundberg 2023), "The Art of Prompt
 * Design: Prompt Boundaries and Token Healing".
 */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import {
  emptyDraft,
  endOf,
  extended,
  textOf,
  type Continuation,
  type DecodingRules,
  type Draft,
} from "./continuation.ts";
import { logProbabilityOf, type DecodingStrategy, type NextToken } from "./strategy.ts";

/** The number of most probable tokens that are tried against the required text. */
const candidates = 64;

/**
 * Writes the required text with the most probable fitting token at each step; the last token may exceed it. Then continues with
 * the strategy that `begin` returns.
 *
 * @param beginning the tokens that the tokenizer puts before a text, such as <s>: written first if the model agrees
 */
export function withHealing<Rule extends string>(
  tokenizer: Pick<Tokenizer, "encode" | "decode">,
  beginning: readonly number[],
  rules: DecodingRules<Rule>,
  begin: (start: Draft) => DecodingStrategy<Rule>,
): DecodingStrategy<Rule> {
  const { requiredText } = rules;
  const marks = [...beginning];
  let draft = emptyDraft;
  let decoding = begin(draft);
  let isHealing = true;
  /** Set if decoding ends with the healed text. */
  let found: readonly Continuation<Rule>[] | undefined;

  const healingToken = (next: NextToken): Fitting | undefined => {
    while (marks.length > 0) {
      const mark = marks.shift();
      if (next.tokens[0] === mark) return { token: mark!, allowed: 0 };
    }
    const { text, pending } = draft.written;
    const isOpen = pending.length === 0 && text.length < requiredText.length && requiredText.startsWith(text);
    return isOpen ? fittingToken(requiredText.slice(text.length), next, tokenizer) : undefined;
  };

  /** Returns null if the rules already end the healed text. */
  const decodeFreely = (next: readonly NextToken[]): ReturnType<DecodingStrategy<Rule>["advance"]> => {
    isHealing = false;
    const text = textOf(draft, requiredText);
    const end = text === undefined ? null : endOf(draft, text, rules);
    if (text === undefined) found = [];
    if (end) found = [{ ...end, tokens: draft.tokens, logProbability: draft.logProbability, steps: draft.steps }];
    if (found) return null;
    decoding = begin(draft);
    return decoding.advance(next);
  };

  return {
    width: decoding.width,
    room: decoding.room + beginning.length + requiredText.length,
    mostRoom: decoding.mostRoom + beginning.length + requiredText.length,
    get considered() {
      return isHealing ? Math.max(candidates, decoding.considered) : decoding.considered;
    },
    advance: (next) => {
      if (!isHealing) return decoding.advance(next);
      const fitting = healingToken(next[0]!);
      if (!fitting) return decodeFreely(next);
      const { token, allowed } = fitting;
      draft = extended(draft, token, draft.logProbability + logProbabilityOf(next[0]!, token), rules, allowed);
      return { parents: [0], tokens: [token] };
    },
    found: () => found ?? decoding.found(),
  };
}

interface Fitting {
  readonly token: number;
  /** The logarithm of the probability of all candidates that fit. */
  readonly allowed: number;
}

/** Returns the most probable token that fits the missing text; if none does, the first token of its encoding. */
function fittingToken(
  missing: string,
  next: NextToken,
  { encode, decode }: Pick<Tokenizer, "encode" | "decode">,
): Fitting {
  const fits = (token: number): boolean => {
    const text = decode([token], "inside");
    return text !== "" && (text.startsWith(missing) || missing.startsWith(text));
  };
  const fitting = [...next.tokens.slice(0, candidates).keys()].filter((i) => fits(next.tokens[i]!));
  if (fitting.length === 0) {
    const token = encode(missing, "inside")[0] ?? next.tokens[0]!;
    return { token, allowed: logProbabilityOf(next, token) };
  }
  const allowed = Math.log(fitting.reduce((sum, i) => sum + Math.exp(next.logProbabilities[i]!), 0));
  return { token: next.tokens[fitting[0]!]!, allowed };
}
