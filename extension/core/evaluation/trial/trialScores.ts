/** Compares the completions of an adapter with those of its base: scores, intervals, tests, verdict and examples. Runs no model. */

import { seededRandom } from "../../foundation/random.ts";
import type { TrialComparison, TrialExample, TrialScores, TrialVerdict } from "../../training/trialReport.ts";
import { estimates } from "../measures/estimate.ts";
import { bitsPerByte, compareFilling, infilling } from "../measures/infilling.ts";
import { mcnemarTest } from "./mcnemar.ts";
import { pairedTest, type Counts, type Difference } from "../measures/resample.ts";
import type { Hole } from "../suites/drawHoles.ts";

/** A held-out line with both completions. */
export interface TriedLine {
  readonly hole: Hole;
  readonly base: string;
  readonly adapter: string;
}

/** The bits that both need for a text. */
export interface TriedText {
  readonly bytes: number;
  readonly base: number;
  readonly adapter: number;
}

/**
 * With fewer lines no verdict says that an adapter does not help: it would have to be right at eight lines of a hundred more for
 * the test to notice.
 */
const fewestTrialLines = 100;
const level = 0.05;
const resamples = 1000;

export function compareTried(lines: readonly TriedLine[], texts: readonly TriedText[]): TrialComparison {
  const [base, adapter] = [countsOf(lines, "base"), countsOf(lines, "adapter")];
  const onlyAdapter = lines.filter((line) => isExact(line, "adapter") && !isExact(line, "base")).length;
  const onlyBase = lines.filter((line) => isExact(line, "base") && !isExact(line, "adapter")).length;
  const tested = pairedTest(infilling, adapter, base, { random: seededRandom(42, "trial"), resamples })!;
  const bits = bitsOf(texts);
  return {
    lines: lines.length,
    base: { ...scoresOf(base), ...(bits && { bitsPerByte: bits.base }) },
    adapter: { ...scoresOf(adapter), ...(bits && { bitsPerByte: bits.adapter }) },
    exact: { ...asDifference(tested.exact), p: mcnemarTest(onlyAdapter, onlyBase) },
    editSimilarity: asDifference(tested.editSimilarity),
    ...(bits && { bitsPerByte: bits.difference }),
  };
}

export function verdictOfTrial({ lines, exact: { low, high, p } }: TrialComparison): TrialVerdict {
  if (p < level && low > 0) return "better";
  if (p < level && high < 0) return "worse";
  return lines >= fewestTrialLines ? "alike" : "untold";
}

/** Returns the lines that the adapter improves most and those that it worsens most, at most `most` of each. */
export function examplesOf(lines: readonly TriedLine[], most = 3): Record<"best" | "worst", TrialExample[]> {
  const gains = lines.map((line) => ({ line, gain: similarity(line, "adapter") - similarity(line, "base") }));
  const ranked = gains.filter(({ gain }) => gain !== 0).toSorted((a, b) => b.gain - a.gain);
  const shown = (chosen: typeof ranked): TrialExample[] => chosen.slice(0, most).map(({ line }) => exampleOf(line));
  return {
    best: shown(ranked.filter(({ gain }) => gain > 0)),
    worst: shown(ranked.filter(({ gain }) => gain < 0).toReversed()),
  };
}

type Side = "base" | "adapter";

function referenceOf({ hole: { file, start, end } }: TriedLine): string {
  return file.text.slice(start, end);
}

function isExact(line: TriedLine, side: Side): boolean {
  return compareFilling(line[side], referenceOf(line)).exact;
}

function similarity(line: TriedLine, side: Side): number {
  return compareFilling(line[side], referenceOf(line)).similarity;
}

function countsOf(lines: readonly TriedLine[], side: Side): Counts {
  return lines.map((line) => infilling.count({ text: line[side], reference: referenceOf(line), parses: false }));
}

function scoresOf(counts: Counts): TrialScores {
  const { exact, editSimilarity } = estimates(infilling, counts, seededRandom(42, "trial"));
  return { exact, editSimilarity };
}

function asDifference({ difference, interval, p }: Difference): TrialComparison["exact"] {
  return { value: difference, ...interval, p };
}

function bitsOf(
  texts: readonly TriedText[],
): (Record<Side, number> & { difference: TrialComparison["exact"] }) | undefined {
  const rows = (side: Side): Counts => texts.map((text) => [text[side], text.bytes]);
  const options = { random: seededRandom(42, "bits"), resamples };
  const tested = pairedTest(bitsPerByte, rows("adapter"), rows("base"), options);
  if (!tested) return undefined;
  const bytes = texts.reduce((sum, text) => sum + text.bytes, 0);
  const mean = (side: Side): number => texts.reduce((sum, text) => sum + text[side], 0) / bytes;
  return { base: mean("base"), adapter: mean("adapter"), difference: asDifference(tested.bitsPerByte) };
}

/** The last lines before the cursor, and the most characters of each text that is shown. */
const [linesBefore, longestShown] = [3, 240];

function exampleOf(line: TriedLine): TrialExample {
  const { file, start } = line.hole;
  const before = file.text.slice(0, start).split("\n");
  return {
    path: file.path,
    line: before.length,
    before: before.slice(-linesBefore).join("\n").slice(-longestShown),
    author: referenceOf(line).slice(0, longestShown),
    base: line.base.slice(0, longestShown),
    adapter: line.adapter.slice(0, longestShown),
  };
}
