/** The scores of a run in progress, with intervals that narrow with each task. Changes no result. */

import { seededRandom } from "../../foundation/random.ts";
import { addTo } from "../measures/measure.ts";
import { isShown } from "../measures/measureFormat.ts";
import { bootstrapIntervals } from "../measures/resample.ts";
import type { Estimate } from "../measures/estimate.ts";
import { readPredictions } from "../runs/runFolder.ts";
import type { Prediction, RunConfiguration } from "../runs/runRecord.ts";
import { openRunMeasures } from "../scoring/runMeasures.ts";

export interface LiveScores {
  /** Returns new scores now and then, so that they take at most a hundredth of the time. */
  add(prediction: Prediction): Readonly<Record<string, Estimate>> | undefined;
}

/** Enough for an interval on screen; results have a thousand. */
const resamples = 200;
const share = 0.01;

/** Begins with the predictions that the run already has from an earlier start. */
export async function openLiveScores(configuration: RunConfiguration, folder: string): Promise<LiveScores> {
  const measures = (await openRunMeasures(configuration)).filter((measure) =>
    Object.keys(measure.scores(new Float64Array(measure.width))).some((name) => isShown(name, "page")),
  );
  const rows: (readonly number[])[][] = measures.map(() => []);
  const count = (prediction: Prediction): void => {
    for (const [i, measure] of measures.entries()) {
      const numbers = measure.count(prediction);
      if (numbers) rows[i]!.push(numbers);
    }
  };
  for await (const prediction of readPredictions(folder)) count(prediction);
  let next = 0;
  return {
    add(prediction) {
      count(prediction);
      const startedAt = performance.now();
      if (startedAt < next) return undefined;
      const scores = Object.fromEntries(measures.flatMap((measure, i) => shownScores(measure, rows[i]!)));
      const now = performance.now();
      next = now + Math.max(500, (now - startedAt) / share);
      return scores;
    },
  };
}

function shownScores(
  measure: Awaited<ReturnType<typeof openRunMeasures>>[number],
  rows: readonly (readonly number[])[],
): (readonly [string, Estimate])[] {
  if (rows.length === 0) return [];
  const sums = new Float64Array(measure.width);
  for (const row of rows) addTo(sums, row);
  const intervals = bootstrapIntervals(measure, rows, { random: seededRandom(42, "live"), resamples });
  return Object.entries(measure.scores(sums)).flatMap(([name, value]) =>
    isShown(name, "page") ? [[name, { value, ...intervals![name]! }] as const] : [],
  );
}
