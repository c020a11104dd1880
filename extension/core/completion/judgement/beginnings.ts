/** The beginnings of a completion up to each end of a statement, and the chance that the user keeps all of one. */

import { scanPython } from "../pythonText.ts";
import type { Cursor } from "../stop.ts";
import { confidenceOf, type Calibration } from "./calibration.ts";
import { evidenceOf, type Evidence, type Step } from "./evidence.ts";

export interface Beginning {
  readonly end: number;
  readonly confidence: number;
  readonly evidence: Evidence;
}

/** A text's confidence and that of its beginnings. */
export interface Graded {
  /** The estimated chance that the user keeps the text, from 0 to 1. */
  readonly confidence: number;
  /** An automatic completion with less confidence disturbs more than it helps. */
  readonly leastConfidence: number;
  /** The beginnings of the text that end with a line and leave no bracket open, shortest first; the last one is the whole text. */
  readonly beginnings: readonly Beginning[];
}

/**
 * Grades the text shown at the cursor.
 *
 * @param steps the generated tokens, of which the text can be the beginning
 * @param typed the number of its characters that the user has typed already, which cursor and text no longer count
 */
export function graded(
  text: string,
  cursor: Cursor,
  calibration: Calibration,
  steps: readonly Step[],
  typed = 0,
): Graded {
  const ends = text === "" ? [] : endsIn(text, cursor);
  const beginnings = ends.map((end) => {
    const evidence = evidenceOf(text.slice(0, end), steps, typed);
    return { end, confidence: confidenceOf(evidence, calibration), evidence };
  });
  const { leastConfidence } = calibration;
  return { confidence: beginnings.at(-1)?.confidence ?? 0, leastConfidence, beginnings };
}

function endsIn(text: string, { prefix }: Cursor): number[] {
  const atCursor = scanPython(prefix);
  const lineEnds = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  const whole = lineEnds.filter((end) => {
    return scanPython(text.slice(0, end), atCursor).brackets.length <= atCursor.brackets.length;
  });
  return [...whole, text.length];
}
