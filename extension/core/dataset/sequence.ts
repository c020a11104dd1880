/** Turns examples into token sequences with targets, the tokens that a model learns to predict. */

import { internalError } from "../foundation/errors.ts";
import { instructionPrompt } from "../tokenizer/template.ts";
import { type Tokenizer } from "../tokenizer/tokenizer.ts";
import { fillPrompt, type FillInTheMiddle } from "../tokenizer/fillInTheMiddle.ts";
import type { Example } from "./example.ts";

export interface Sequence {
  /** The encoder's input; absent without an encoder. */
  readonly encoderIds?: readonly number[];
  readonly ids: readonly number[];
  /** Index of the first target, at least 1. It and all later tokens are predicted from the tokens before them. */
  readonly firstTarget: number;
  /** The weight of each target's loss, a multiple of 0.001; absent if each is 1. */
  readonly weights?: readonly number[];
}

/** Sequences by index, in an array or in a token file. */
export interface Sequences {
  readonly length: number;
  /** The number of consecutive sequences that are variants of one example, 1 if absent. Each epoch reads another variant of each. */
  readonly drawings?: number;
  /** Returns undefined after the last sequence. */
  at(index: number): Sequence | undefined;
}

/** Returns the number of sequences that an epoch reads. */
export function perEpoch({ length, drawings = 1 }: Pick<Sequences, "length" | "drawings">): number {
  return length / drawings;
}

/** Returns the number of tokens of encoder and decoder together. */
export function tokenCount({ ids, encoderIds }: Sequence): number {
  return ids.length + (encoderIds?.length ?? 0);
}

function targetCount({ ids, firstTarget }: Sequence): number {
  return ids.length - firstTarget;
}

/** Returns the sum of the targets' weights. */
export function targetWeight(sequence: Sequence): number {
  return sequence.weights ? sequence.weights.reduce((sum, weight) => sum + weight, 0) : targetCount(sequence);
}

/**
 * Returns the sequences of an example. Each has at most `maxLength` tokens (at least 8) and starts with the tokenizer's
 * `beginning`.
 * - A pair gives one sequence: the paper's prompt, the code, end of text. Targets are the code and end of text. If this is too
 *   long, the prompt keeps at most its last maxLength/2 tokens and the code is cut to the remaining room, as in the paper.
 * - A text gives as many as it needs. Targets are all tokens but the first. Each later sequence repeats the last token of the
 *   one before, so that every token of the text is predicted from another.
 * - A hole gives one, in the format of infilling prompts. Targets are the middle and its end marker. Too long a middle is cut and
 *   then has no end marker. A model without fill-in-the-middle tokens gets only the prefix and the middle.
 */
export function toSequences(example: Example, tokenizer: Tokenizer, maxLength: number): Sequence[] {
  if (maxLength < 8) throw internalError(`sequences need a maximum of at least 8 tokens, not ${maxLength}`);
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

/** Returns prompt, code, end of text. Source: the paper's code, github.com/martin-wey/peft-llm-code at c55e532. */
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

/** Returns the infilling prompt, the middle, the end marker. If too long, the context loses its farthest tokens first. */
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
  // The prefix is more informative than the suffix and gets three quarters. Either side may use the room that the other leaves.
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
  // Without context, the first token of the middle cannot be predicted.
  const [first, rest] = context.length > 0 ? [context, target] : [target.slice(0, 1), target.slice(1)];
  return rest.length > 0 ? [sequence(first, rest)] : [];
}

function sequence(context: readonly number[], targets: readonly number[]): Sequence {
  return { ids: [...context, ...targets], firstTarget: context.length };
}

/** Returns the last `count` ids. `slice(-count)` would return all of them for a count of 0. */
function lastOf(ids: readonly number[], count: number): readonly number[] {
  return ids.slice(Math.max(0, ids.length - count));
}
