/** Measures of held-out code: completions at holes against the author's text, and bits per byte. Runs no model. */

import type { PythonParser } from "../../python/pythonParser.ts";
import type { Hole } from "../suites/drawHoles.ts";
import { editSimilarity } from "./editSimilarity.ts";
import type { Summed } from "./measure.ts";

/** A completion at a hole. */
export interface FilledHole {
  /** The text that the editor would insert; empty if it offers nothing. */
  readonly text: string;
  /** The author's text. */
  readonly reference: string;
  /** Whether the file parses with the completion. */
  readonly parses: boolean;
}

/**
 * Compares a completion with the author's text. `exact` ignores blanks at line ends and blank lines, which carry no
 * intention. `similarity` is 0 to 1.
 */
export function compareFilling(text: string, reference: string): { exact: boolean; similarity: number } {
  const [own, others] = [compared(text), compared(reference)];
  return { exact: own === others, similarity: editSimilarity.count([own], others)[1]! };
}

export function parsesWith({ start, end, file }: Hole, text: string, parser: PythonParser): boolean {
  return parser.parses(file.text.slice(0, start) + text + file.text.slice(end));
}

function compared(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines.filter((line, i) => i === 0 || line !== "").join("\n");
}

export type InfillingScore = "exact" | "editSimilarity" | "offered" | "parses";

/** All in percent of the holes; `parses` in percent of the completions. */
export const infilling: Summed<InfillingScore> & { count(filled: FilledHole): readonly number[] } = {
  width: 5,
  count: ({ text, reference, parses }) => {
    const { exact, similarity } = compareFilling(text, reference);
    const isOffered = text !== "";
    return [1, Number(exact), similarity, Number(isOffered), Number(isOffered && parses)];
  },
  scores: (sums) => {
    const [holes = 0, exact = 0, similarity = 0, offered = 0, parses = 0] = Array.from(sums);
    const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
    return {
      exact: percent(exact, holes),
      editSimilarity: percent(similarity, holes),
      offered: percent(offered, holes),
      parses: percent(parses, offered),
    };
  },
};

/** All files together, each as [bits, UTF-8 bytes]. */
export const bitsPerByte: Summed<"bitsPerByte"> = {
  width: 2,
  scores: (sums) => ({ bitsPerByte: sums[1] === 0 ? 0 : sums[0]! / sums[1]! }),
};
