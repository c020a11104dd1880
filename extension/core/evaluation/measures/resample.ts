/** How sure a score is, and whether two candidates differ, from the numbers that items add. It knows no measure's formula. */

import { internalError } from "../../foundation/errors.ts";
import type { Random } from "../../foundation/random.ts";
import { addTo, type Summed } from "./measure.ts";

/** What the items of one candidate add to a measure, one row an item. */
export type Counts = readonly (readonly number[])[];

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface ResampleOptions {
  readonly random: Random;
  readonly resamples: number;
  readonly signal?: AbortSignal | undefined;
}

/** What part of the resamples an interval holds. */
const level = 0.95;

/**
 * 95 % intervals by the percentile bootstrap (Efron 1979; for corpus measures Koehn 2004): items are drawn with replacement,
 * as many as there are, and scored as a corpus of their own. Of no items, no interval.
 */
export function bootstrapIntervals<Score extends string>(
  measure: Summed<Score>,
  counts: Counts,
  options: ResampleOptions,
): Record<Score, Interval> | undefined {
  if (counts.length === 0) return undefined;
  const scores = resampled(counts.length, options, (items) => measure.scores(sumOf(measure, counts, items)));
  return mapValues(scores[0]!, (name) => intervalOf(scores.map((each) => each[name])));
}

export interface Difference {
  /** The first candidate's score minus the second's. */
  readonly difference: number;
  /** Of the difference, by the bootstrap over pairs. */
  readonly interval: Interval;
  /** How often a difference as large comes about if it makes no difference which candidate a prediction is from. */
  readonly p: number;
}

/**
 * Whether the second candidate is as good as the first on the same items, row i of both being the same item.
 *
 * The interval is the bootstrap's, items drawn in pairs. The p-value is that of a permutation test, approximate
 * randomization (Noreen 1989; Riezler and Maxwell 2005): within each item the two are swapped or not by a coin, two-sided,
 * p = (1 + as large) / (1 + resamples). It asks nothing of the distribution, serves measures of a corpus as well as means,
 * and does not call noise a difference more often than it says, as p-values read off a bootstrap do where items are few.
 */
export function pairedTest<Score extends string>(
  measure: Summed<Score>,
  first: Counts,
  second: Counts,
  options: ResampleOptions,
): Record<Score, Difference> | undefined {
  const { length } = first;
  if (length !== second.length) throw internalError(`${length} items cannot be paired with ${second.length}.`);
  if (length === 0) return undefined;
  const differences = (one: ArrayLike<number>, other: ArrayLike<number>): Record<Score, number> => {
    const [a, b] = [measure.scores(one), measure.scores(other)];
    return mapValues(a, (name) => a[name] - b[name]);
  };
  const all = Array.from({ length }, (_, i) => i);
  const observed = differences(sumOf(measure, first, all), sumOf(measure, second, all));
  const drawn = resampled(length, options, (items) =>
    differences(sumOf(measure, first, items), sumOf(measure, second, items)),
  );
  const swapped = Array.from({ length: options.resamples }, () => {
    options.signal?.throwIfAborted();
    const [one, other] = [new Float64Array(measure.width), new Float64Array(measure.width)];
    for (let i = 0; i < length; i++) {
      const swap = options.random.next() < 0.5;
      addTo(one, (swap ? second : first)[i]!);
      addTo(other, (swap ? first : second)[i]!);
    }
    return differences(one, other);
  });
  return mapValues(observed, (name) => {
    // What differs by rounding alone is as large.
    const size = Math.abs(observed[name]) - 1e-12;
    const asLarge = swapped.filter((each) => Math.abs(each[name]) >= size).length;
    const interval = intervalOf(drawn.map((each) => each[name]));
    return { difference: observed[name], interval, p: (1 + asLarge) / (1 + options.resamples) };
  });
}

function resampled<T>(
  length: number,
  { random, resamples, signal }: ResampleOptions,
  score: (items: number[]) => T,
): T[] {
  return Array.from({ length: resamples }, () => {
    signal?.throwIfAborted();
    return score(Array.from({ length }, () => random.integer(length)));
  });
}

function sumOf(measure: Summed, counts: Counts, items: readonly number[]): Float64Array {
  const sums = new Float64Array(measure.width);
  for (const item of items) addTo(sums, counts[item]!);
  return sums;
}

/** Between the percentiles that leave out as much on either side, each the nearest rank. */
function intervalOf(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const outside = (1 - level) / 2;
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { low: at(outside), high: at(1 - outside) };
}

function mapValues<Name extends string, T>(names: Record<Name, unknown>, value: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries((Object.keys(names) as Name[]).map((name) => [name, value(name)])) as Record<Name, T>;
}
