/** The measures of a run, by the kind of its suite. */

import { openPythonParser } from "../../python/pythonParser.ts";
import { chrf } from "../measures/chrf.ts";
import { codeBleu } from "../measures/codebleu/codeBleu.ts";
import { editSimilarity } from "../measures/editSimilarity.ts";
import { exactMatch, ranks } from "../measures/exactMatch.ts";
import { benchmarkMeasure } from "../measures/benchmarks/benchmarkMeasures.ts";
import { bitsPerByte, infilling } from "../measures/infilling.ts";
import type { Measure, Summed } from "../measures/measure.ts";
import { passAtK } from "../measures/passAtK.ts";
import { protocols } from "../protocols/protocols.ts";
import type { Verdict } from "../sandbox/programProcess.ts";
import { isBenchmark } from "../suites/benchmarkNames.ts";
import { holeKinds, type HoleKind } from "../suites/drawHoles.ts";
import { placesOf, type HolePlace } from "../suites/holes.ts";
import { answersOf, type Prediction, type RunConfiguration, type TextCost } from "../runs/runRecord.ts";

/** The part of an item that a run keeps: a prediction, or the bits of a file. */
export type RunItem = Prediction | TextCost;

/** A measure of a run's items. Its scores have the names that results use. */
export interface RunMeasure extends Summed {
  /** Returns the numbers that an item adds; undefined for items outside the measure. */
  count(item: RunItem): readonly number[] | undefined;
  /** Measures of one stream draw their resamples from it in turn; without a stream, each has its own. */
  readonly stream?: string;
  /** For holes: "line", "line.word". */
  readonly group?: string;
  /** Leaves its scores out if no item counts. */
  readonly optional?: boolean;
}

/** Returns the measures of runs of this configuration. Suite, protocol and decoding determine them. */
export async function openRunMeasures({ suite, protocol, decoding }: RunConfiguration): Promise<RunMeasure[]> {
  if (isBenchmark(protocol)) return [compared(benchmarkMeasure(protocol))];
  if (suite.kind === "infilling" || protocol === "editor") return infillingMeasures();
  if (suite.kind === "execution") {
    if (decoding.kind === "sampling") return passRates(decoding.count);
    return searchRates(answersOf(decoding));
  }
  const { codeBleu: behaviour } = protocols[protocol](suite.name);
  const bleu = codeBleu(await openPythonParser(), behaviour);
  return [
    compared(exactMatch(ranks.filter((k) => k <= answersOf(decoding)))),
    compared({ ...bleu, ...renamed(bleu, (score) => (score === "score" ? "codebleu" : `codebleu.${score}`)) }),
    compared(chrf("chrf")),
    compared(chrf("chrf++")),
    compared(editSimilarity),
  ];
}

function compared(measure: Measure): RunMeasure {
  return {
    ...measure,
    count: (item) => ("bits" in item ? undefined : measure.count(item.predictions, item.reference ?? "")),
  };
}

function renamed(summed: Summed, name: (score: string) => string): Summed {
  return {
    width: summed.width,
    scores: (sums) =>
      Object.fromEntries(Object.entries(summed.scores(sums)).map(([score, value]) => [name(score), value])),
  };
}

/**
 * Returns the measures of each kind of hole, first its places and then the whole, and last those of files. They share one stream of random
 * numbers, in this order.
 */
function infillingMeasures(): RunMeasure[] {
  const stream = "resamples";
  return [
    ...holeKinds.flatMap((kind) => [
      ...placesOf[kind].map((place) => ({ ...filled(kind, place), stream, optional: true })),
      { ...filled(kind), stream },
    ]),
    { ...bitsPerByte, stream, optional: true, count: (item) => ("bits" in item ? [item.bits, item.bytes] : undefined) },
  ];
}

function filled(kind: HoleKind, place?: HolePlace): RunMeasure {
  const prefix = place === undefined ? kind : `${kind}.${place}`;
  return {
    group: prefix,
    ...renamed(infilling, (score) => `${prefix}.${score}`),
    count: (item) => {
      if ("bits" in item || item.hole?.kind !== kind) return undefined;
      if (place !== undefined && item.hole.place !== place) return undefined;
      const { predictions, reference = "", hole } = item;
      return infilling.count({ text: predictions[0] ?? "", reference, parses: hole.parses });
    },
  };
}

/** pass@k of independent samples. */
function passRates(draws: number): RunMeasure[] {
  const ks = [1, 2, 5, 10, 100].filter((k) => k <= draws);
  return ks.map((k) =>
    share(`pass@${k}`, (verdicts) => passAtK(verdicts.length, verdicts.filter(({ passed }) => passed).length, k)),
  );
}

/**
 * pass@1 of a search: whether its best text passes, since a user gets that text. "any@n" is the share of tasks that
 * any of the n returned texts solves. The texts are not independent samples, so it is not pass@n.
 */
function searchRates(returned: number): RunMeasure[] {
  const first = share("pass@1", ([best]) => Number(best?.passed ?? false));
  if (returned === 1) return [first];
  return [first, share(`any@${returned}`, (verdicts) => Number(verdicts.some(({ passed }) => passed)))];
}

/** Returns the measure of a mean over tasks, in percent. */
function share(name: string, count: (verdicts: readonly Verdict[]) => number): RunMeasure {
  return {
    width: 2,
    count: (item) => ("bits" in item ? undefined : [1, count(item.verdicts ?? [])]),
    scores: (sums) => ({ [name]: sums[0] === 0 ? 0 : (100 * sums[1]!) / sums[0]! }),
  };
}
