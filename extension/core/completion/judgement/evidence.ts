/**
 * The evidence for and against a suggestion, as numbers: how sure the model was of it, and of its end. The kind of place adds
 * nothing to that (decisions/0029).
 */

import type { Continuation } from "../../inference/decoding/continuation.ts";

/** A token of a suggestion: its end in the generated text, and the logarithm of its probability. */
export interface Step {
  readonly end: number;
  readonly logProbability: number;
}

/** A generated text. Its beginning is shown. */
export interface Generated {
  readonly whole: string;
  readonly steps: readonly Step[];
  readonly stop: Continuation<"line" | "block">["stop"];
}

export interface Evidence {
  /** log p of the shown text. */
  readonly logProbability: number;
  /** √(−log p) of the shown text: between 50 and 90 % a step matters more than between 1 and 2 %. */
  readonly surprise: number;
  /** log p of the token that follows the shown text, which often ends the line; 0 if none does. */
  readonly endLogProbability: number;
  /** 1 if more was generated than is shown. */
  readonly isCut: number;
  /** 1 if the token limit or a repetition ended the text. */
  readonly hasNoEnd: number;
}

export const evidenceNames = [
  "logProbability",
  "surprise",
  "endLogProbability",
  "isCut",
  "hasNoEnd",
] as const satisfies readonly (keyof Evidence)[];
export type EvidenceName = (typeof evidenceNames)[number];

/** Smaller log-probabilities, of a token and of a text, differ in nothing that matters. */
const [leastOfToken, leastOfText] = [-20, -40];

/** Returns the steps of a continuation as positions in its text. */
export function stepsOf({ steps }: Pick<Continuation<string>, "steps">, requiredText: string): readonly Step[] {
  return steps.map(({ end, logProbability }) => ({ end: end - requiredText.length, logProbability }));
}

/**
 * Returns the evidence for a suggestion of `length` characters.
 *
 * @param typed the number of generated characters that the user has typed already, which `length` does not count
 */
export function evidenceOf(length: number, { whole, steps, stop }: Generated, typed = 0): Evidence {
  const shownEnd = typed + length;
  const starts = steps.map((_, i) => steps[i - 1]?.end ?? -Infinity);
  const shown = steps.filter(({ end }, i) => end > typed && starts[i]! < shownEnd);
  const sum = shown.reduce((total, { logProbability }) => total + Math.max(leastOfToken, logProbability), 0);
  // Rounding can make a sure token a little more than sure.
  const logProbability = Math.min(0, Math.max(leastOfText, sum));
  const after = steps.find((_, i) => starts[i]! >= shownEnd)?.logProbability ?? 0;
  return {
    logProbability,
    surprise: Math.sqrt(-logProbability),
    endLogProbability: Math.min(0, Math.max(leastOfToken, after)),
    isCut: Number(shownEnd < whole.trimEnd().length),
    hasNoEnd: Number(stop === "length"),
  };
}
