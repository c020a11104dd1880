/** Compares the completions of an adapter with those of its base: scores, intervals, tests, verdict and examples. Runs no model. */

import { seededRandom } from "../../foundation/random.ts";
import type {
  Forgetting,
  TrialComparison,
  TrialExample,
  TrialOfBodies,
  TrialReport,
  TrialScores,
} from "../../training/trialReport.ts";
import { estimates } from "../measures/estimate.ts";
import { bitsPerByte, compareFilling, infilling } from "../measures/infilling.ts";
import { pairedTest, type Counts, type Difference } from "../measures/resample.ts";
import { holm, level } from "../measures/verdict.ts";
import { mcnemarTest } from "./mcnemar.ts";
import type { Hole } from "../suites/drawHoles.ts";

/** A held-out line or body with both completions. */
export interface TriedHole {
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
 * With fewer lines, no verdict says that an adapter does not help: the test would notice an adapter only if it were right on eight more
 * lines of a hundred.
 */
const fewestTrialLines = 100;
const resamples = 1000;

/** Compares lines, and the bits of the files' texts. */
export function compareLines(lines: readonly TriedHole[], texts: readonly TriedText[]): TrialComparison {
  const { base, adapter, ...differences } = compareHoles(lines);
  const bits = bitsOf(texts);
  return {
    lines: lines.length,
    base: { ...base, ...(bits && { bitsPerByte: bits.base }) },
    adapter: { ...adapter, ...(bits && { bitsPerByte: bits.adapter }) },
    ...differences,
    ...(bits && { bitsPerByte: bits.difference }),
  };
}

export function compareBodies(bodies: readonly TriedHole[]): TrialOfBodies {
  return { bodies: bodies.length, ...compareHoles(bodies) };
}

function compareHoles(holes: readonly TriedHole[]): Omit<TrialOfBodies, "bodies"> {
  const [base, adapter] = [countsOf(holes, "base"), countsOf(holes, "adapter")];
  const onlyAdapter = holes.filter((hole) => isExact(hole, "adapter") && !isExact(hole, "base")).length;
  const onlyBase = holes.filter((hole) => isExact(hole, "base") && !isExact(hole, "adapter")).length;
  const tested = pairedTest(infilling, adapter, base, { random: seededRandom(42, "trial"), resamples })!;
  return {
    base: scoresOf(base),
    adapter: scoresOf(adapter),
    exact: { ...asDifference(tested.exact), p: mcnemarTest(onlyAdapter, onlyBase) },
    editSimilarity: asDifference(tested.editSimilarity),
  };
}

/**
 * Decides by exact lines and by how similar bodies are to the author's, because small models get few bodies exactly right. These are two
 * questions, so the tests are corrected for their number. A change for the worse counts more than one for the better.
 */
export function verdictOfTrial(
  lines: TrialComparison,
  bodies: TrialOfBodies | undefined,
): Pick<TrialReport, "verdict" | "decidedBy"> {
  const asked = [
    { decidedBy: "lines" as const, difference: lines.exact },
    ...(bodies ? [{ decidedBy: "bodies" as const, difference: bodies.editSimilarity }] : []),
  ];
  const ps = holm(asked.map(({ difference }) => difference.p));
  const clear = asked.filter(({ difference }, i) => ps[i]! < level && (difference.low > 0 || difference.high < 0));
  const worse = clear.find(({ difference }) => difference.high < 0);
  const decisive = worse ?? clear[0];
  if (decisive) return { verdict: worse ? "worse" : "better", decidedBy: decisive.decidedBy };
  return { verdict: lines.lines >= fewestTrialLines ? "alike" : "untold" };
}

/**
 * The rise in bits per byte of general code that counts as forgetting, in percent: compared with the base alone, and with the adapter that
 * was continued. The second limit is lower, because the losses of repeated continuations add up.
 */
const forgettingBits = { base: 5, adapter: 2 };

/** Returns by what an adapter forgets general code, lines or bits; undefined if it does not forget. */
export function forgettingOf(
  { exact, bitsPerByte, base }: TrialComparison,
  against: keyof typeof forgettingBits,
): Forgetting | undefined {
  if (exact.p < level && exact.high < 0) return "lines";
  if (!bitsPerByte || base.bitsPerByte === undefined || bitsPerByte.low <= 0) return undefined;
  return (100 * bitsPerByte.value) / base.bitsPerByte >= forgettingBits[against] ? "bits" : undefined;
}

/**
 * Whether the first half of the holes settles that an adapter does not make them worse than the one that it continues, so that the rest
 * can be left out: true if none of them came out worse. Both tests find something worse only if at least six holes came out worse (p = 2 ·
 * 2⁻⁶). By chance, all of those are in the other half in fewer than 4 of 1000 trials: (1 - q)ⁿ · P(Binomial(n, q) ≥ 6) is at most 0.004
 * for every share q of holes that come out worse and every n up to 100. If there are enough lines for a verdict, at least that many are
 * tried.
 *
 * @param first the first holes, in random order
 * @param all the number of holes
 */
export function isSettled(first: readonly TriedHole[], all: number): boolean {
  const fewest = all < fewestTrialLines ? 0 : fewestTrialLines;
  return first.length >= Math.max(all / 2, fewest) && !first.some(cameOutWorse);
}

/** Whether a hole came out worse by what the tests compare: exact lines, and the similarity of bodies. */
function cameOutWorse(tried: TriedHole): boolean {
  if (tried.hole.kind === "line") return isExact(tried, "base") && !isExact(tried, "adapter");
  return similarity(tried, "adapter") < similarity(tried, "base");
}

/** Returns the holes at which the adapter improves most and those at which it worsens most, at most `most` of each. */
export function examplesOf(holes: readonly TriedHole[], most = 3): Record<"best" | "worst", TrialExample[]> {
  const gains = holes.map((tried) => ({ tried, gain: similarity(tried, "adapter") - similarity(tried, "base") }));
  const ranked = gains.filter(({ gain }) => gain !== 0).toSorted((a, b) => b.gain - a.gain);
  const shown = (chosen: typeof ranked): TrialExample[] => chosen.slice(0, most).map(({ tried }) => exampleOf(tried));
  return {
    best: shown(ranked.filter(({ gain }) => gain > 0)),
    worst: shown(ranked.filter(({ gain }) => gain < 0).toReversed()),
  };
}

type Side = "base" | "adapter";

function referenceOf({ hole: { file, start, end } }: TriedHole): string {
  return file.text.slice(start, end);
}

function isExact(tried: TriedHole, side: Side): boolean {
  return compareFilling(tried[side], referenceOf(tried)).exact;
}

function similarity(tried: TriedHole, side: Side): number {
  return compareFilling(tried[side], referenceOf(tried)).similarity;
}

function countsOf(holes: readonly TriedHole[], side: Side): Counts {
  return holes.map((tried) => infilling.count({ text: tried[side], reference: referenceOf(tried), parses: false }));
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

function exampleOf(tried: TriedHole): TrialExample {
  const { file, start } = tried.hole;
  const before = file.text.slice(0, start).split("\n");
  return {
    path: file.path,
    line: before.length,
    before: before.slice(-linesBefore).join("\n").slice(-longestShown),
    author: referenceOf(tried).slice(0, longestShown),
    base: tried.base.slice(0, longestShown),
    adapter: tried.adapter.slice(0, longestShown),
  };
}
