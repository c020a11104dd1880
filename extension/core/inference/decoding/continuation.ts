/** A continuation of a prompt, growing or finished, and the rules about its text that all decoding strategies share. */

import { noText, type DetokenizedText, type Detokenizer } from "./detokenizer.ts";
import { isRepetitive } from "./repetition.ts";

/** What one token adds to a continuation. */
export interface TokenStep {
  /** The length of the text up to and including the token, the required text included. */
  readonly end: number;
  /** log p of the token among those that the required text allows. */
  readonly logProbability: number;
}

/** A finished continuation. `Rule` names the text rules that may end it. */
export interface Continuation<Rule extends string> {
  /** The text after the required text. */
  readonly text: string;
  /** All tokens, those of the required text included, a stop token excluded. */
  readonly tokens: readonly number[];
  /** Σ log p of all chosen tokens, a stop token included. */
  readonly logProbability: number;
  /** One step for each token, in order. */
  readonly steps: readonly TokenStep[];
  /** The reason for the end: a stop token ("end"), the token limit or repetition ("length"), or a text rule. */
  readonly stop: "end" | "length" | Rule;
}

/** Returns where a text ends, and by which rule; null while it continues. */
export type StopRule<Rule extends string> = (text: string) => { readonly length: number; readonly by: Rule } | null;

export interface DecodingRules<Rule extends string> {
  /** The token limit of a continuation, without the required text. */
  readonly maxTokens: number;
  /** The text that every continuation must begin with; may be empty. */
  readonly requiredText: string;
  readonly stopRule: StopRule<Rule>;
  /** Tokens that end a continuation. */
  readonly stopTokens: ReadonlySet<number>;
  /** Tokens that are never chosen. */
  readonly bannedTokens: ReadonlySet<number>;
  readonly stopsOnRepetition: boolean;
  readonly detokenize: Detokenizer;
}

/** A growing continuation. */
export interface Draft {
  readonly tokens: readonly number[];
  readonly logProbability: number;
  readonly steps: readonly TokenStep[];
  readonly written: DetokenizedText;
}

export const emptyDraft: Draft = { tokens: [], logProbability: 0, steps: [], written: noText };

/**
 * @param logProbability the log-probability of the extended draft
 * @param allowed the logarithm of the probability of all tokens that the required text allows here
 */
export function extended(
  draft: Draft,
  token: number,
  logProbability: number,
  { detokenize }: Pick<DecodingRules<string>, "detokenize">,
  allowed = 0,
): Draft {
  const written = detokenize(draft.written, token);
  const step = { end: written.text.length, logProbability: logProbability - draft.logProbability - allowed };
  return { tokens: [...draft.tokens, token], logProbability, steps: [...draft.steps, step], written };
}

/** Returns the text after the required text: empty until that is complete, undefined if the draft contradicts it. */
export function textOf({ written: { text } }: Draft, requiredText: string): string | undefined {
  if (text.startsWith(requiredText)) return text.slice(requiredText.length);
  return requiredText.startsWith(text) ? "" : undefined;
}

/** Returns how the rules end a draft with this text, or null while it continues. The token limit is checked elsewhere. */
export function endOf<Rule extends string>(
  { tokens }: Draft,
  text: string,
  { stopRule, stopsOnRepetition }: DecodingRules<Rule>,
): Pick<Continuation<Rule>, "text" | "stop"> | null {
  const end = stopRule(text);
  if (end) return { text: text.slice(0, end.length), stop: end.by };
  return stopsOnRepetition && isRepetitive(tokens) ? { text, stop: "length" } : null;
}
