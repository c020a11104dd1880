/**
 * Token healing: a prompt was cut before tokens that depend on what comes next, and the model writes their text again, in tokens of
 * its own choice, before it decodes freely. Source: guidance (Lundberg 2023), "The Art of Prompt Design: Prompt Boundaries and Token
 * Healing".
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

/** How many of the most probable tokens are tried for one that fits the required text. */
const candidates = 64;

/**
 * Writes the required text by the most probable token that fits it each time; the last may go beyond it. Then decodes as `begin`
 * says, from there.
 *
 * @param beginning what the tokenizer lets texts begin with, such as <s>: written first, where the model would write it
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
  /** Set where the healed text is all there is. */
  let found: readonly Continuation<Rule>[] | undefined;

  const healingToken = (next: NextToken): number | undefined => {
    while (marks.length > 0) {
      const mark = marks.shift();
      if (next.tokens[0] === mark) return mark;
    }
    const { text, pending } = draft.written;
    const isOpen = pending.length === 0 && text.length < requiredText.length && requiredText.startsWith(text);
    return isOpen ? fittingToken(requiredText.slice(text.length), next, tokenizer) : undefined;
  };

  /** Null where the rules end the healed text already. */
  const decodeFreely = (next: readonly NextToken[]): ReturnType<DecodingStrategy<Rule>["advance"]> => {
    isHealing = false;
    const text = textOf(draft, requiredText);
    const end = text === undefined ? null : endOf(draft, text, rules);
    if (text === undefined) found = [];
    if (end) found = [{ ...end, tokens: draft.tokens, logProbability: draft.logProbability }];
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
      const token = healingToken(next[0]!);
      if (token === undefined) return decodeFreely(next);
      draft = extended(draft, token, draft.logProbability + logProbabilityOf(next[0]!, token), rules);
      return { parents: [0], tokens: [token] };
    },
    found: () => found ?? decoding.found(),
  };
}

/** The most probable token that goes with the text that has to come; where none does, the tokenizer's own. */
function fittingToken(
  missing: string,
  { tokens }: NextToken,
  { encode, decode }: Pick<Tokenizer, "encode" | "decode">,
): number {
  const fits = (token: number): boolean => {
    const text = decode([token], "inside");
    return text !== "" && (text.startsWith(missing) || missing.startsWith(text));
  };
  return tokens.slice(0, candidates).find(fits) ?? encode(missing, "inside")[0] ?? tokens[0]!;
}
