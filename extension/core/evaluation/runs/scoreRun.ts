/** The scores of a run from its predictions, by the measures that its protocol asks for. It runs no model. */

import { seededRandom } from "../../foundation/random.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { chrf } from "../measures/chrf.ts";
import { codeBleu } from "../measures/codebleu/codeBleu.ts";
import { editSimilarity } from "../measures/editSimilarity.ts";
import { estimates, type Estimate } from "../measures/estimate.ts";
import { exactMatch } from "../measures/exactMatch.ts";
import { addTo, type Measure, type Summed } from "../measures/measure.ts";
import { mostRows } from "../measures/scorePredictions.ts";
import { passAtK } from "../measures/passAtK.ts";
import { protocols } from "../protocols/protocols.ts";
import { readPredictions } from "./runFolder.ts";
import type { Prediction, RunMaking } from "./runRecord.ts";

/** A measure of predictions as a run keeps them; its scores have the names that results give them. */
export interface RunMeasure extends Summed {
  count(prediction: Prediction): readonly number[];
}

/** What all predictions of a run add to each measure. */
export interface RunCounts {
  readonly items: number;
  readonly ids: readonly string[];
  /** By measure, a row an item: of the first {@link mostRows} items. */
  readonly rows: readonly (readonly number[])[][];
  readonly sums: readonly Float64Array[];
}

export interface ScoreControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** The measures of runs of this making, in the order in which tables show them. */
export async function openRunMeasures({ suite, protocol, decoding }: RunMaking): Promise<RunMeasure[]> {
  if (suite.kind === "execution") {
    const samples = decoding.kind === "sampling" ? decoding.count : 1;
    return [passRates([1, 2, 5, 10, 100].filter((k) => k <= samples))];
  }
  const { codeBleu: behaviour } = protocols[protocol](suite.name);
  const bleu = codeBleu(await openPythonParser(), behaviour);
  const named = (score: string): string => (score === "score" ? "codebleu" : `codebleu.${score}`);
  return [
    compared(exactMatch([1, 2, 5, 10])),
    compared({
      ...bleu,
      scores: (sums) =>
        Object.fromEntries(Object.entries(bleu.scores(sums)).map(([score, value]) => [named(score), value])),
    }),
    compared(chrf("chrf")),
    compared(chrf("chrf++")),
    compared(editSimilarity),
  ];
}

export async function countRun(
  folder: string,
  measures: readonly RunMeasure[],
  { signal, onProgress }: ScoreControl = {},
): Promise<RunCounts> {
  const sums = measures.map(({ width }) => new Float64Array(width));
  const rows = measures.map((): (readonly number[])[] => []);
  const ids: string[] = [];
  let items = 0;
  for await (const prediction of readPredictions(folder)) {
    signal?.throwIfAborted();
    for (const [i, measure] of measures.entries()) {
      const numbers = measure.count(prediction);
      addTo(sums[i]!, numbers);
      if (items < mostRows) rows[i]!.push(numbers);
    }
    if (items < mostRows) ids.push(prediction.id);
    onProgress?.(++items);
  }
  return { items, ids, rows, sums };
}

/** With intervals, unless there are more items than anyone resamples: they are narrow by then. */
export function scoresOf(
  { items, rows, sums }: RunCounts,
  measures: readonly RunMeasure[],
  seed: number,
  signal?: AbortSignal,
): Record<string, Estimate> {
  const scored = measures.map((measure, i) => {
    if (items <= mostRows) return estimates(measure, rows[i]!, seededRandom(seed, `measure ${i}`), signal);
    const plain = Object.entries(measure.scores(sums[i]!));
    return Object.fromEntries(plain.map(([name, value]) => [name, { value, low: value, high: value }]));
  });
  return Object.assign({}, ...scored) as Record<string, Estimate>;
}

function compared(measure: Measure): RunMeasure {
  return { ...measure, count: ({ predictions, reference = "" }) => measure.count(predictions, reference) };
}

/** pass@k in percent, the mean over tasks. */
function passRates(ks: readonly number[]): RunMeasure {
  return {
    width: ks.length + 1,
    count: ({ verdicts = [] }) => {
      const passed = verdicts.filter((verdict) => verdict.passed).length;
      return [1, ...ks.map((k) => passAtK(verdicts.length, passed, k))];
    },
    scores: (sums) => {
      const items = sums[0]!;
      return Object.fromEntries(ks.map((k, i) => [`pass@${k}`, items === 0 ? 0 : (100 * sums[i + 1]!) / items]));
    },
  };
}
