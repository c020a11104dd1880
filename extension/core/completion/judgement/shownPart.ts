/** How much of a completion to show: the whole, or only the lines that are likely enough. */

import type { Completion } from "../result/completion.ts";
import { isBlank } from "../pythonText.ts";

/** The beginning of a completion that is worth showing, and its confidence. */
export interface ShownPart {
  readonly text: string;
  readonly confidence: number;
}

/**
 * Returns the beginning with the most expected characters: its length times the chance that all of it is kept. A block
 * whose first line is likely and whose end is a guess becomes one line.
 */
export function shownPart({
  text,
  confidence,
  beginnings,
}: Pick<Completion, "text" | "confidence" | "beginnings">): ShownPart {
  let best: ShownPart & { readonly expected: number } = { text, confidence, expected: -1 };
  for (const { end, confidence: chance } of beginnings) {
    const part = text.slice(0, end);
    if (isBlank(part)) continue;
    const expected = chance * part.replace(/\s/g, "").length;
    if (expected >= best.expected) best = { text: part.trimEnd(), confidence: chance, expected };
  }
  return { text: best.text, confidence: best.confidence };
}
