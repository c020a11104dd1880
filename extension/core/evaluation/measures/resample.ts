/**
 * Confidence intervals of scores and tests between two candidates, from the numbers that items add. Knows no measure's
 * formula.
 */

import { internalError } from "../../foundation/errors.ts";
import type { Interval } from "../../foundation/numbers/interval.ts";
import type { Random } from "../../foundation/random.ts";
import type { Summed } from "./measure.ts";

/** The numbers that one candidate's items add to a measure, one row per item. */
export type Counts = readonly (readonly number[])[];

export interface ResampleOptions {
  readonly random: Random;
  readonly resamples: number;
  readonly signal?: AbortSignal | undefined;
}

/** The share of resamples that an interval contains. */
const level = 0.95;

/**
 * Returns 95 % intervals by the percentile bootstrap (Efron 1979; for corpus measures Koehn 2004). It draws items with
 * replacement, as many as there are, and scores them as a corpus. Without items there is no interval.
 */
export function bootstrapIntervals<Score extends string>(
  measure: Summed<Score>,
  counts: Counts,
  options: ResampleOptions,
): Record<Score, Interval> | undefined {
  if (counts.length === 0) return undefined;
  const rows = rowsOf(measure, counts);
  const scores = resampled(counts.length, options, (items) => measure.scores(sumOf(rows, items)));
  return mapValues(scores[0]!, (name) => intervalOf(scores.map((each) => each[name])));
}

export interface Difference {
  /** The first candidate's score minus the second's. */
  readonly difference: number;
  /** The bootstrap interval of the difference, over pairs. */
  readonly interval: Interval;
  /** The probability of a difference at least as large if both candidates were equally good. */
  readonly p: number;
}

/**
 * Tests whether two candidates differ on the same items; row i of both is the same item.
 *
 * The interval is the bootstrap's over pairs. The p-value comes from a permutation test, approximate randomization
 * (Noreen 1989; Riezler and Maxwell 2005): a coin decides for each item whether the two are swapped; two-sided, p = (1
 * + as large) / (1 + resamples). It assumes no distribution and works for measures of a corpus as well as means.
 * Unlike p-values read off a bootstrap, it keeps its level with few items.
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
  const [rows, otherRows] = [rowsOf(measure, first), rowsOf(measure, second)];
  const all = Uint32Array.from({ length }, (_, i) => i);
  const observed = differences(sumOf(rows, all), sumOf(otherRows, all));
  const drawn = resampled(length, options, (items) => differences(sumOf(rows, items), sumOf(otherRows, items)));
  const swapped = Array.from({ length: options.resamples }, () => {
    options.signal?.throwIfAborted();
    const [one, other] = [new Float64Array(measure.width), new Float64Array(measure.width)];
    for (let item = 0; item < length; item++) {
      const swap = options.random.next() < 0.5;
      addRow(one, swap ? otherRows : rows, item);
      addRow(other, swap ? rows : otherRows, item);
    }
    return differences(one, other);
  });
  return mapValues(observed, (name) => {
    // Differences by rounding alone count as equally large.
    const size = Math.abs(observed[name]) - 1e-12;
    const asLarge = swapped.filter((each) => Math.abs(each[name]) >= size).length;
    const interval = intervalOf(drawn.map((each) => each[name]));
    return { difference: observed[name], interval, p: (1 + asLarge) / (1 + options.resamples) };
  });
}

/** Scores one draw of `length` items for each resample. */
function resampled<T>(
  length: number,
  { random, resamples, signal }: ResampleOptions,
  score: (items: Uint32Array) => T,
): T[] {
  const items = new Uint32Array(length);
  return Array.from({ length: resamples }, () => {
    signal?.throwIfAborted();
    for (let i = 0; i < length; i++) items[i] = random.integer(length);
    return score(items);
  });
}

/** Counts, one row after the other in one array: a resample of a thousand items reads them all, in any order. */
interface Rows {
  readonly width: number;
  readonly numbers: Float64Array;
}

function rowsOf({ width }: Summed, counts: Counts): Rows {
  const numbers = new Float64Array(counts.length * width);
  for (const [row, count] of counts.entries()) for (let i = 0; i < width; i++) numbers[row * width + i] = count[i]!;
  return { width, numbers };
}

function addRow(sums: Float64Array, { width, numbers }: Rows, row: number): void {
  const start = row * width;
  for (let i = 0; i < width; i++) sums[i]! += numbers[start + i]!;
}

function sumOf(rows: Rows, items: Uint32Array): Float64Array {
  const sums = new Float64Array(rows.width);
  for (let i = 0; i < items.length; i++) addRow(sums, rows, items[i]!);
  return sums;
}

/** Returns the bounds of the central share, by nearest rank. */
function intervalOf(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const outside = (1 - level) / 2;
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { low: at(outside), high: at(1 - outside) };
}

function mapValues<Name extends string, T>(names: Record<Name, unknown>, value: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries((Object.keys(names) as Name[]).map((name) => [name, value(name)])) as Record<Name, T>;
}
