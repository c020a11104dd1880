/** Scores a run from its folder. Runs no model. */

import { seededRandom, type Random } from "../../foundation/random.ts";
import { estimates, type Estimate } from "../measures/estimate.ts";
import { addTo } from "../measures/measure.ts";
import { measureFormat } from "../measures/measureFormat.ts";
import { mostRows } from "../measures/scorePredictions.ts";
import { holeKinds } from "../suites/drawHoles.ts";
import { readPredictions, readTexts } from "../runs/runFolder.ts";
import { isCodeless } from "./codeless.ts";
import type { RunItem, RunMeasure } from "./runMeasures.ts";

/** The numbers that a run's items add to one measure. */
export interface MeasureCounts {
  readonly items: number;
  /** For the first {@link mostRows} items, like the rows. */
  readonly ids: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly sums: Float64Array;
}

export interface RunCounts {
  /** The number of predictions. */
  readonly items: number;
  /** Those whose best answer holds no code. */
  readonly codeless: number;
  /** For the first {@link mostRows} predictions. */
  readonly ids: readonly string[];
  /** In the order of the measures. */
  readonly measures: readonly MeasureCounts[];
}

export interface ScoreControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

export async function countRun(
  folder: string,
  measures: readonly RunMeasure[],
  { signal, onProgress }: ScoreControl = {},
): Promise<RunCounts> {
  const counts = measures.map(({ width }) => {
    return { items: 0, ids: [] as string[], rows: [] as (readonly number[])[], sums: new Float64Array(width) };
  });
  const add = (id: string, item: RunItem): void => {
    for (const [i, measure] of measures.entries()) {
      const numbers = measure.count(item);
      const own = counts[i]!;
      if (!numbers) continue;
      addTo(own.sums, numbers);
      if (own.items++ >= mostRows) continue;
      own.rows.push(numbers);
      own.ids.push(id);
    }
  };
  for (const text of await readTexts(folder)) add(text.path, text);
  const ids: string[] = [];
  let items = 0;
  let codeless = 0;
  for await (const prediction of readPredictions(folder)) {
    signal?.throwIfAborted();
    add(prediction.id, prediction);
    if (items < mostRows) ids.push(prediction.id);
    items++;
    if (isCodeless(prediction)) codeless++;
    onProgress?.(items);
  }
  return { items, codeless, ids, measures: counts };
}

/** Returns scores with intervals, unless there are too many items to resample; then intervals would be narrow anyway. */
export function scoresOf(
  { measures: counts }: RunCounts,
  measures: readonly RunMeasure[],
  seed: number,
  signal?: AbortSignal,
): Record<string, Estimate> {
  const streams = new Map<string, Random>();
  const streamOf = (name: string): Random => {
    const stream = streams.get(name) ?? seededRandom(seed, name);
    streams.set(name, stream);
    return stream;
  };
  const scored = measures.flatMap((measure, i) => {
    const { items, rows, sums } = counts[i]!;
    if (items === 0 && measure.optional) return [];
    if (items <= mostRows) {
      return Object.entries(estimates(measure, rows, streamOf(measure.stream ?? `measure ${i}`), signal));
    }
    return Object.entries(measure.scores(sums)).map(
      ([name, value]) => [name, { value, low: value, high: value }] as const,
    );
  });
  return Object.fromEntries(scored.toSorted(([one], [other]) => shownAt(one) - shownAt(other)));
}

/** Tables show the scores of files first, then each kind of hole, the whole before its places. */
function shownAt(name: string): number {
  const { group } = measureFormat(name);
  const [kind, ...parts] = name.split(".");
  return group === undefined ? 0 : 2 * holeKinds.findIndex((each) => each === kind) + parts.length;
}
