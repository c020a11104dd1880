/** Tokens one after the other until a rule says stop. Knows a decoder and a tokenizer, and nothing of Python or cursors. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Random } from "../../foundation/random.ts";
import type { Decoder } from "../tree/decoder.ts";
import { greedy, logProbability, sample } from "./sampling.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { isRepetitive } from "./repetition.ts";
import type { Ending } from "./strategy.ts";

export interface GenerateRequest {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  /** The prompt. */
  readonly ids: readonly number[];
  /** What the generated text has to begin with; it is no part of the result. */
  readonly requiredText: string;
  readonly maxTokens: number;
  readonly ending: Ending<"line" | "block">;
  /** Null: the likeliest token each time. */
  readonly sampling: { readonly temperature: number; readonly topP: number; readonly random: Random } | null;
  readonly signal: AbortSignal | undefined;
}

/** A continuation. `Rule` names what a rule about the text may end it by. */
export interface Generated<Rule extends string = "line" | "block"> {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly logProbability: number;
  /** The end of the text, or the limit of tokens, or a rule. */
  readonly stop: "end" | "length" | Rule;
}

export interface Timed {
  readonly milliseconds: { readonly prefill: number; readonly decode: number };
}

/** So many of the likeliest tokens are tried for one that goes with what is requiredText. */
const owedCandidates = 64;

/**
 * Continues `ids`. The decoder keeps what it has read, so that a prompt that begins as the last one did is read from
 * where they part.
 *
 * @throws the signal's reason between two tokens once it is aborted
 */
export async function generate(request: GenerateRequest): Promise<Generated & Timed> {
  const { decoder, tokenizer, requiredText, maxTokens, ending, sampling, signal } = request;
  const stops = stopTokens(tokenizer);
  const markers = gapMarkers(tokenizer);
  const startedAt = performance.now();
  const { logits: first, ...spelled } = await beginText(request);
  const readAt = performance.now();
  const tokens = [...spelled.tokens];
  let { sum } = spelled;
  let logits = first;
  const result = (text: string, stop: Generated["stop"]): Generated & Timed => {
    const milliseconds = { prefill: readAt - startedAt, decode: performance.now() - readAt };
    return { text, tokens, logProbability: sum, stop, milliseconds };
  };

  const limit = tokens.length + maxTokens;
  for (;;) {
    const text = textAfter(requiredText, tokenizer.decode(tokens, "inside")) ?? "";
    const end = ending(text);
    if (end) return result(text.slice(0, end.length), end.by);
    if (tokens.length >= limit || isRepetitive(tokens)) return result(text, "length");
    const allowed = without(markers, logits);
    const token = sampling ? sample(allowed, sampling, sampling.random) : greedy(allowed);
    sum += logProbability(logits, token);
    if (stops.has(token)) return result(text, "end");
    tokens.push(token);
    await nextTurn();
    signal?.throwIfAborted();
    if (tokens.length < limit) logits = await decoder.extend([token], signal);
  }
}

/**
 * Reads the prompt and writes what is requiredText behind it, by the likeliest token that goes with it each time; the last may go
 * beyond it.
 *
 * An encoder reads a text with its end, as the tokenizer marks it. What is written behind one begins as the tokenizer lets
 * texts begin, if the model has learnt so: CodeT5+ has, and T5 has no such token.
 *
 * @returns the tokens that are written, their log-probability together, and the logits that follow them
 */
export async function beginText({
  decoder,
  tokenizer,
  ids,
  requiredText,
  signal,
}: Pick<GenerateRequest, "decoder" | "tokenizer" | "ids" | "requiredText" | "signal">): Promise<{
  tokens: readonly number[];
  sum: number;
  logits: Float32Array;
}> {
  const { beginning, ending } = decoder.hasEncoder ? tokenizer : { beginning: [], ending: [] };
  let logits = await decoder.begin([...ids, ...ending], signal);
  const tokens: number[] = [];
  let sum = 0;
  const write = async (token: number): Promise<void> => {
    sum += logProbability(logits, token);
    tokens.push(token);
    logits = await decoder.extend([token], signal);
  };
  for (const token of beginning) if (greedy(logits) === token) await write(token);
  let written = "";
  while (written.length < requiredText.length && requiredText.startsWith(written)) {
    await write(spelling(requiredText.slice(written.length), logits, tokenizer));
    written = tokenizer.decode(tokens, "inside");
  }
  return { tokens, sum, logits };
}

/** The tokens that end a generation. */
export function stopTokens(tokenizer: Tokenizer): ReadonlySet<number> {
  return new Set(tokenizer.fillInTheMiddle?.stops ?? [tokenizer.endOfText]);
}

/** The markers of a gap. Small models write them at times in the place of code; they neither go on nor end a text. */
function gapMarkers({ fillInTheMiddle, endOfText }: Tokenizer): readonly number[] {
  if (!fillInTheMiddle) return [];
  const { opening, between, closing } = fillInTheMiddle;
  return [...opening, ...between, ...closing].filter((id) => id !== endOfText);
}

/** A copy of the logits with which none of `tokens` is chosen. */
function without(tokens: readonly number[], logits: Float32Array): Float32Array {
  const rest = logits.slice();
  for (const token of tokens) rest[token] = -Infinity;
  return rest;
}

/** What is `written` behind what is requiredText; empty as long as that is not complete, undefined where it goes another way. */
export function textAfter(requiredText: string, written: string): string | undefined {
  // Until the last character is whole, it is shown as U+FFFD: it has no part in any decision.
  const whole = written.replace(/\uFFFD+$/, "");
  if (whole.startsWith(requiredText)) return whole.slice(requiredText.length);
  return requiredText.startsWith(whole) ? "" : undefined;
}

/** The likeliest token that goes with the text that has to come; of the model's own choice where none does. */
function spelling(missing: string, logits: Float32Array, tokenizer: Tokenizer): number {
  const rest = logits.slice();
  for (let i = 0; i < owedCandidates; i++) {
    const token = greedy(rest);
    const text = tokenizer.decode([token], "inside");
    if (text !== "" && (text.startsWith(missing) || missing.startsWith(text))) return token;
    rest[token] = -Infinity;
    if (!rest.some((logit) => logit > -Infinity)) break;
  }
  const [first] = tokenizer.encode(missing, "inside");
  return first ?? greedy(logits);
}
