/** The completer's answers. */

import { graded, type Graded } from "../judgement/beginnings.ts";
import type { Calibration } from "../judgement/calibration.ts";
import type { Step } from "../judgement/evidence.ts";

export interface Completion extends Graded {
  /** The text to insert at the cursor; empty if nothing is worth showing. */
  text: string;
  /** The number of generated tokens. */
  tokens: number;
  /** Σ log p of the generated tokens. */
  logProbability: number;
  /** The distinct results, best first; the first one's text is `text`. Only beam search finds more than one. */
  candidates: readonly { text: string; logProbability: number }[];
  /** `load` is the time to open base and adapters, reported with the first completion after it. */
  milliseconds: { load: number; prefill: number; decode: number };
  /** The reason for the end: a line, a block, the end of the text, or the token limit. */
  stop: "line" | "block" | "end" | "length";
}

export const emptyCompletion: Completion = {
  text: "",
  tokens: 0,
  logProbability: 0,
  confidence: 0,
  leastConfidence: 0,
  beginnings: [],
  candidates: [{ text: "", logProbability: 0 }],
  milliseconds: { load: 0, prefill: 0, decode: 0 },
  stop: "end",
};

/** A known completion, and the rest of its text that the user has not typed yet. */
export interface Known {
  readonly text: string;
  readonly completion: Completion;
  readonly steps: readonly Step[];
}

export function restOf({ text, completion, steps }: Known, calibration: Calibration): Completion {
  const { logProbability, text: whole } = completion;
  return {
    ...completion,
    text,
    ...graded(text, calibration, steps, whole.length - text.length),
    candidates: [{ text, logProbability }],
    tokens: 0,
    milliseconds: { load: 0, prefill: 0, decode: 0 },
  };
}
