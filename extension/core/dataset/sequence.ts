/** Examples as token sequences with targets: what a model sees, and which tokens it learns to predict. */

import { internalError } from "../foundation/errors.ts";
import { instructionPrompt } from "../tokenizer/template.ts";
import { type Tokenizer } from "../tokenizer/tokenizer.ts";
import { fillPrompt, type FillInTheMiddle } from "../tokenizer/fillInTheMiddle.ts";
import type { Example } from "./example.ts";

export interface Sequence {
  /** What an encoder reads first, where there is one. */
  readonly encoderIds?: readonly number[];
  readonly ids: readonly number[];
  /** From this index on, which is at least 1, every token is a target, predicted from the tokens before it. */
  readonly firstTarget: number;
}

/** Sequences by index, wherever they are kept. An array is one such place. */
export interface Sequences {
  readonly length: number;
  /** Undefined behind the last. */
  at(index: number): Sequence | undefined;
}

/** Of both sides. */
export function tokenCount({ ids, encoderIds }: Sequence): number {
  return ids.length + (encoderIds?.length ?? 0);
}

export function targetCount({ ids, firstTarget }: Sequence): number {
  return ids.length - firstTarget;
}

/**
 * The sequences of an example, each of at most `maxLength` tokens (at least 8), each behind the tokenizer's `beginning`:
 * - a pair gives one: the paper's prompt, the code, end of text; targets are the code and the end. Where that is too
 *   long, the prompt keeps the last maxLength/2 tokens at most, and the code is cut to what is left, as in the paper;
 * - a text gives as many as it needs; targets are all tokens. Each but the first starts with the token that the one
 *   before ends with, so that every token has something to be predicted from;
 * - a gap gives one, as the model is shown gaps when it completes; targets are the middle and the end. Too long a middle is cut
 *   and has no end then. For a model without fill-in-the-middle tokens it is the prefix and the middle alone.
 */
export function toSequences(example: Example, tokenizer: Tokenizer, maxLength: number): Sequence[] {
  if (maxLength < 8) throw internalError(`sequences of ${maxLength} tokens asked for, the least is 8`);
  switch (example.kind) {
    case "pair":
      return [pairSequence(example.intent, example.code, tokenizer, maxLength)];
    case "text":
      return textSequences(example.text, example.cut ?? false, tokenizer, maxLength);
    case "fill":
      return tokenizer.fillInTheMiddle
        ? [fillSequence(example, tokenizer, tokenizer.fillInTheMiddle, maxLength)]
        : plainFillSequence(example, tokenizer, maxLength);
  }
}

/** PROMPT code end. The paper's code: github.com/martin-wey/peft-llm-code at c55e532. */
function pairSequence(intent: string, code: string, tokenizer: Tokenizer, maxLength: number): Sequence {
  const { beginning } = tokenizer;
  let prompt = tokenizer.encode(instructionPrompt(intent));
  const answer = tokenizer.encode(code, "inside");
  const room = maxLength - beginning.length - 1;
  if (prompt.length + answer.length > room) prompt = prompt.slice(-Math.floor(maxLength / 2));
  const kept = answer.slice(0, room - prompt.length);
  return sequence([...beginning, ...prompt], [...kept, tokenizer.endOfText]);
}

function textSequences(text: string, cut: boolean, tokenizer: Tokenizer, maxLength: number): Sequence[] {
  const ids = tokenizer.encode(text);
  if (!cut) ids.push(tokenizer.endOfText);
  const result: Sequence[] = [];
  const room = maxLength - tokenizer.beginning.length;
  for (let start = 0; start < ids.length - 1; start += room - 1) {
    const before = [...tokenizer.beginning, ...ids.slice(start, start + 1)];
    result.push(sequence(before, ids.slice(start + 1, start + room)));
  }
  return result;
}

/** What the model reads around the gap, the middle, the end; the context gives way first, farthest tokens first. */
function fillSequence(
  example: Extract<Example, { kind: "fill" }>,
  tokenizer: Tokenizer,
  markers: FillInTheMiddle,
  maxLength: number,
): Sequence {
  const { beginning } = tokenizer;
  const budget = maxLength - beginning.length - fillPrompt(markers, [], []).length;
  const whole = [...tokenizer.encode(example.middle, "inside"), markers.end];
  const middle = whole.slice(0, Math.max(1, Math.floor(budget / 2)));
  const before = tokenizer.encode(example.prefix);
  const after = tokenizer.encode(example.suffix, "inside");
  const context = budget - middle.length;
  // What stands before tells more than what stands after; what one side leaves is the other's.
  const suffixLength = Math.min(after.length, Math.max(Math.floor(context / 4), context - before.length));
  const prefix = lastOf(before, context - suffixLength);
  const suffix = after.slice(0, suffixLength);
  return sequence([...beginning, ...fillPrompt(markers, prefix, suffix)], middle);
}

function plainFillSequence(
  { prefix, middle }: Extract<Example, { kind: "fill" }>,
  tokenizer: Tokenizer,
  maxLength: number,
): Sequence[] {
  const target = tokenizer.encode(middle, "inside").slice(0, Math.floor(maxLength / 2));
  const { beginning } = tokenizer;
  const context = [...beginning, ...lastOf(tokenizer.encode(prefix), maxLength - target.length - beginning.length)];
  // Without a token before it, the first of the middle cannot be predicted.
  const [first, rest] = context.length > 0 ? [context, target] : [target.slice(0, 1), target.slice(1)];
  return rest.length > 0 ? [sequence(first, rest)] : [];
}

function sequence(context: readonly number[], targets: readonly number[]): Sequence {
  return { ids: [...context, ...targets], firstTarget: context.length };
}

/** `slice(-0)` would be the whole list. */
function lastOf(ids: readonly number[], count: number): readonly number[] {
  return ids.slice(Math.max(0, ids.length - count));
}
