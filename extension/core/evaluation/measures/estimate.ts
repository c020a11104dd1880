/** Scores with their confidence intervals. Knows no measure's formula. */

import type { Random } from "../../foundation/random.ts";
import type { Summed } from "./measure.ts";
import { bootstrapIntervals, type Counts } from "./resample.ts";

/** A number and its 95 % bootstrap interval. Without items, both ends are the number. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 1000;

/** Returns the scores of `counts`, one row per item. */
export function estimates<Score extends string>(
  measure: Summed<Score>,
  counts: Counts,
  random: Random,
  signal?: AbortSignal,
): Record<Score, Estimate> {
  const sums = Array.from({ length: measure.width }, (_, i) => counts.reduce((sum, row) => sum + row[i]!, 0));
  const values = measure.scores(sums);
  const intervals = bootstrapIntervals(measure, counts, { random, resamples, signal });
  const entries = (Object.keys(values) as Score[]).map((name) => {
    const value = values[name];
    return [name, { value, ...(intervals?.[name] ?? { low: value, high: value }) }] as const;
  });
  return Object.fromEntries(entries) as Record<Score, Estimate>;
}
