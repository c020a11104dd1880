/**
 * The evidence for and against a suggestion, as numbers: how sure the model was of it and of its end, and its lines. The
 * kind of place adds nothing to that (decisions/0029).
 */

import type { Continuation } from "../../inference/decoding/continuation.ts";

/** A token of a suggestion: its end in the generated text, and the logarithm of its probability. */
export interface Step {
  readonly end: number;
  readonly logProbability: number;
}

export interface Evidence {
  /** √(−log p) of the shown text: a step from 50 to 90 % matters more than one from 1 to 2 %. */
  readonly surprise: number;
  /** log p of the token that follows the shown text, which often ends the line; 0 if none does. */
  readonly endLogProbability: number;
  /** The logarithm of the number of lines. */
  readonly lines: number;
}

export const evidenceNames = ["surprise", "endLogProbability", "lines"] as const satisfies readonly (keyof Evidence)[];
export type EvidenceName = (typeof evidenceNames)[number];

/** The least log-probabilities of a token and of a text. Smaller ones count as these. */
const [leastOfToken, leastOfText] = [-20, -40];

/** Returns the steps of a continuation as positions in its text. */
export function stepsOf({ steps }: Pick<Continuation<string>, "steps">, requiredText: string): readonly Step[] {
  return steps.map(({ end, logProbability }) => ({ end: end - requiredText.length, logProbability }));
}

/**
 * Returns the evidence for a suggestion.
 *
 * @param typed the number of generated characters that the user has typed already, which `text` no longer holds
 */
export function evidenceOf(text: string, steps: readonly Step[], typed = 0): Evidence {
  const shownEnd = typed + text.length;
  const starts = steps.map((_, i) => steps[i - 1]?.end ?? -Infinity);
  const shown = steps.filter(({ end }, i) => end > typed && starts[i]! < shownEnd);
  const sum = shown.reduce((total, { logProbability }) => total + Math.max(leastOfToken, logProbability), 0);
  const after = steps.find((_, i) => starts[i]! >= shownEnd)?.logProbability ?? 0;
  return {
    // Rounding can lift a probability close to 1 slightly above it.
    surprise: Math.sqrt(Math.max(0, Math.min(-leastOfText, -sum))),
    endLogProbability: Math.min(0, Math.max(leastOfToken, after)),
    lines: Math.log(text.split("\n").length),
  };
}
