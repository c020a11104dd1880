/**
 * Turns a hole of a file into a training sequence: exactly the prompt that the completer sends at that cursor, and the tokens that
 * it should answer with.
 */

import type { FrontText } from "../../completion/context/promptFront.ts";
import { promptBuilder, type PromptBudget } from "../../completion/prompt.ts";
import type { Sequence } from "../../dataset/sequence.ts";
import type { Span } from "../../sources/git/ownSpans.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { CursorHole } from "./cursorHoles.ts";

/** A file, with the text that precedes it in a prompt. */
export interface FrontedFile extends FrontText {
  readonly text: string;
  /** The parts to learn from; absent for all of it. */
  readonly own?: readonly Span[];
}

/** How much the loss of a token counts, by the token's role. */
export interface LossWeights {
  /** The weight of the text before the hole. */
  readonly before: number;
  readonly middle: number;
  /** The weight of the end token after the rest of a line, where the completer's own rule also stops. */
  readonly lineEnd: number;
}

/**
 * Returns the sequence of at most `maxLength` tokens.
 *
 * In suffix-first order, nothing marks where the prefix ends, so the end token can only mean that the suffix begins. After a
 * block's header, where the body may be requested, an end token would teach that bodies are empty. A base without infilling reads
 * no suffix, so its only end is the end of the text.
 */
export function holeSequence(
  { text, ...front }: FrontedFile,
  { start, end, kind }: CursorHole,
  { tokenizer, budget, weights, maxLength }: HoleOptions,
): Sequence {
  const suffix = text.slice(end);
  const { ids: prompt, requiredText } = promptBuilder(
    tokenizer,
    budget,
  )({ ...front, prefix: text.slice(0, start), suffix });
  const middle = tokenizer.encode(`${requiredText}${text.slice(start, end)}`, prompt.length === 0 ? "start" : "inside");
  const { fillInTheMiddle: markers, endOfText } = tokenizer;
  const isLast = suffix.trim() === "";
  const endToken = !isLast && markers ? markers.end : endOfText;
  const isEnd = kind !== "header" && (isLast || markers !== null);
  const endWeight = !isEnd ? 0 : kind === "line" ? weights.lineEnd : weights.middle;
  const around = countedText(prompt, tokenizer, start - requiredText.length);
  const all = [
    ...prompt.map((id, i) => ({ id, weight: around.from <= i && i < around.to ? weights.before : 0 })),
    ...middle.map((id) => ({ id, weight: weights.middle })),
    { id: endToken, weight: endWeight },
  ].slice(0, maxLength);
  const firstTarget = Math.max(
    1,
    all.findIndex(({ weight }) => weight > 0),
  );
  return {
    ids: all.map(({ id }) => id),
    firstTarget,
    weights: all.slice(firstTarget).map(({ weight }) => weight),
  };
}

export interface HoleOptions {
  readonly tokenizer: Tokenizer;
  readonly budget: PromptBudget;
  readonly weights: LossWeights;
  readonly maxLength: number;
}

/** Returns the sequence of plain text up to `end`, as the completer reads it if nothing follows the cursor. */
export function textSequence(
  { text, ...front }: FrontedFile,
  end: number,
  { tokenizer, budget, weights, maxLength }: HoleOptions,
): Sequence {
  const { ids } = promptBuilder(tokenizer, budget)({ ...front, prefix: text.slice(0, end), suffix: "" });
  const kept = ids.slice(0, maxLength);
  const firstTarget = Math.max(1, countedText(kept, tokenizer, end).from);
  return { ids: kept, firstTarget, weights: kept.slice(firstTarget).map(() => weights.before) };
}

/**
 * The share at the start of a window that does not count if the window begins within the file. Without context, a model can only
 * guess the words that are frequent in the repository, and would learn to prefer them to the words above the cursor.
 */
export const uncounted = 0.25;

/** @param characters the length of the text before the cursor */
function countedText(
  prompt: readonly number[],
  tokenizer: Tokenizer,
  characters: number,
): { from: number; to: number } {
  const { from, to } = textOfPrompt(prompt, tokenizer);
  const hasMoved = tokenizer.decode(prompt.slice(from, to)).length < characters;
  return { from: hasMoved ? from + Math.floor(uncounted * (to - from)) : from, to };
}

/** Returns where the text before the cursor is in a prompt. */
function textOfPrompt(
  prompt: readonly number[],
  { specialIds, fillInTheMiddle }: Tokenizer,
): { from: number; to: number } {
  const last = prompt.findLastIndex((id) => specialIds.has(id));
  const closing = fillInTheMiddle?.order === "prefix-first" ? fillInTheMiddle : null;
  if (closing === null || last < 0 || prompt[last] === fillInTheMiddle?.fileSeparator) {
    return { from: last + 1, to: prompt.length };
  }
  const to = prompt.lastIndexOf(closing.between[0]!);
  const from = prompt.slice(0, to).findLastIndex((id) => specialIds.has(id)) + 1;
  return { from, to };
}
