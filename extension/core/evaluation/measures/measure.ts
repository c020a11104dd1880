/**
 * The common interface of all measures of predictions: numbers per item that add up, and scores from their sums. Knows
 * no formula.
 */

/**
 * A measure of a corpus. It computes scores from sums over all items, so the corpus is never in memory, and resampling
 * items (bootstrap, permutation) only adds numbers again.
 */
export interface Measure<Score extends string = string> extends Summed<Score> {
  /** Returns the numbers that one item adds. Predictions are best first, and may be empty. */
  count(predictions: readonly string[], reference: string): readonly number[];
}

/** The half of a measure that does not depend on the source of the numbers. */
export interface Summed<Score extends string = string> {
  /** The number of values that an item adds. */
  readonly width: number;
  /** Returns the scores from the sums over items; without items, 0. */
  scores(sums: ArrayLike<number>): Record<Score, number>;
}

/** Returns the best prediction, or the empty text if there is none. */
export function best(predictions: readonly string[]): string {
  return predictions[0] ?? "";
}

/** Adds `numbers` to `sums`, in place. */
export function addTo(sums: Float64Array, numbers: ArrayLike<number>): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += numbers[i]!;
}
