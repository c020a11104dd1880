/** The evidence for and against a suggestion, as numbers: how sure the model was, and what kind of place it is. */

import type { Continuation } from "../../inference/decoding/continuation.ts";
import { scanPython } from "../pythonText.ts";
import type { Cursor } from "../stop.ts";

/** A token of a suggestion: its end in the generated text, and the logarithm of its probability. */
export interface Step {
  readonly end: number;
  readonly logProbability: number;
}

/** A generated text, and the beginning of it that is shown. */
export interface Generated {
  readonly whole: string;
  readonly steps: readonly Step[];
  readonly stop: Continuation<"line" | "block">["stop"];
}

/** In this order in a calibration file. */
export const evidenceNames = [
  "logProbability",
  "meanLogProbability",
  "leastLogProbability",
  "firstLogProbability",
  "endLogProbability",
  "tokens",
  "lines",
  "characters",
  "isCut",
  "hasNoEnd",
  "inWord",
  "afterDot",
  "inBrackets",
  "atLineStart",
  "inString",
  "inComment",
  "hasRest",
] as const;
export type EvidenceName = (typeof evidenceNames)[number];
export type Evidence = Readonly<Record<EvidenceName, number>>;

/** Probabilities below this differ in nothing that matters. */
const leastCounted = -20;

/** Returns the steps of a continuation as positions in its text. */
export function stepsOf({ steps }: Pick<Continuation<string>, "steps">, requiredText: string): readonly Step[] {
  return steps.map(({ end, logProbability }) => ({ end: end - requiredText.length, logProbability }));
}

/**
 * Returns the evidence for `text` at the cursor.
 *
 * @param typed the number of its characters that the user has typed already, which prefix and `text` no longer count
 */
export function evidenceOf(text: string, cursor: Cursor, { whole, steps, stop }: Generated, typed = 0): Evidence {
  const shownEnd = typed + text.length;
  const starts = steps.map((_, i) => steps[i - 1]?.end ?? -Infinity);
  const shown = steps.filter(({ end }, i) => end > typed && starts[i]! < shownEnd);
  const logs = shown.map(({ logProbability }) => Math.max(leastCounted, logProbability));
  const sum = Math.max(
    2 * leastCounted,
    logs.reduce((total, log) => total + log, 0),
  );
  const after = steps.find((_, i) => starts[i]! >= shownEnd);
  const { quote, inComment, brackets } = scanPython(cursor.prefix);
  const [rest = ""] = cursor.suffix.split("\n", 1);
  const line = cursor.prefix.slice(cursor.prefix.lastIndexOf("\n") + 1);
  return {
    logProbability: sum,
    meanLogProbability: sum / Math.max(1, logs.length),
    leastLogProbability: Math.min(0, ...logs),
    firstLogProbability: logs[0] ?? 0,
    endLogProbability: Math.max(leastCounted, after?.logProbability ?? 0),
    tokens: Math.log1p(logs.length),
    lines: Math.log(text.split("\n").length),
    characters: Math.log1p(text.length),
    isCut: Number(shownEnd < whole.trimEnd().length),
    hasNoEnd: Number(stop === "length"),
    inWord: Number(/\w$/.test(line)),
    afterDot: Number(line.endsWith(".")),
    inBrackets: Number(brackets !== ""),
    atLineStart: Number(line.trim() === ""),
    inString: Number(quote !== ""),
    inComment: Number(inComment),
    hasRest: Number(rest.trim() !== ""),
  };
}
