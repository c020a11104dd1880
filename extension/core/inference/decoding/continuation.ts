/** A continuation of a prompt, while it grows and when it is done, and the rules about its text that all ways of decoding share. */

import { noText, type DetokenizedText, type Detokenizer } from "./detokenizer.ts";
import { isRepetitive } from "./repetition.ts";

/** A finished continuation. `Rule` names what a rule about the text may end it by. */
export interface Continuation<Rule extends string> {
  /** Without the required text that it had to begin with. */
  readonly text: string;
  /** Those of the required text included, a stop token not. */
  readonly tokens: readonly number[];
  /** Σ log p of all tokens that were chosen, a stop token included. */
  readonly logProbability: number;
  /** A stop token, the limit of tokens or repetition, or a rule about the text. */
  readonly stop: "end" | "length" | Rule;
}

/** Says where a text ends, and by which rule; null while it goes on. */
export type StopRule<Rule extends string> = (text: string) => { readonly length: number; readonly by: Rule } | null;

export interface DecodingRules<Rule extends string> {
  /** The most tokens of a continuation, those of the required text not counted. */
  readonly maxTokens: number;
  /** The beginning of every continuation; empty where any will do. */
  readonly requiredText: string;
  readonly stopRule: StopRule<Rule>;
  /** Tokens that end a continuation. */
  readonly stopTokens: ReadonlySet<number>;
  /** Tokens that are never chosen. */
  readonly bannedTokens: ReadonlySet<number>;
  readonly stopsOnRepetition: boolean;
  readonly detokenize: Detokenizer;
}

/** A continuation that grows. */
export interface Draft {
  readonly tokens: readonly number[];
  readonly logProbability: number;
  readonly written: DetokenizedText;
}

export const emptyDraft: Draft = { tokens: [], logProbability: 0, written: noText };

/** @param logProbability of the longer draft */
export function extended(
  { tokens, written }: Draft,
  token: number,
  logProbability: number,
  { detokenize }: Pick<DecodingRules<string>, "detokenize">,
): Draft {
  return { tokens: [...tokens, token], logProbability, written: detokenize(written, token) };
}

/** The text after the required one: empty until that is complete, undefined where the draft has departed from it. */
export function textOf({ written: { text } }: Draft, requiredText: string): string | undefined {
  if (text.startsWith(requiredText)) return text.slice(requiredText.length);
  return requiredText.startsWith(text) ? "" : undefined;
}

/** How the rules end a draft whose text is `text`, or null while they let it go on. The limit of tokens is checked elsewhere. */
export function endOf<Rule extends string>(
  { tokens }: Draft,
  text: string,
  { stopRule, stopsOnRepetition }: DecodingRules<Rule>,
): Pick<Continuation<Rule>, "text" | "stop"> | null {
  const end = stopRule(text);
  if (end) return { text: text.slice(0, end.length), stop: end.by };
  return stopsOnRepetition && isRepetitive(tokens) ? { text, stop: "length" } : null;
}
