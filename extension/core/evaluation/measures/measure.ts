/** What all measures of predictions share: numbers per item that add up, and scores from their sums. Knows no formula. */

/**
 * A measure of a corpus. Scores come from sums over all items, so that the corpus is never held in memory, and so that
 * resampling items (bootstrap, permutation) only adds up numbers again.
 */
export interface Measure<Score extends string = string> extends Summed<Score> {
  /** What one item adds; predictions are best first, and may be none. */
  count(predictions: readonly string[], reference: string): readonly number[];
}

/** The half of a measure that does not care where the numbers come from. */
export interface Summed<Score extends string = string> {
  /** How many numbers an item adds. */
  readonly width: number;
  /** Scores from the sums over items; of no items, 0. */
  scores(sums: ArrayLike<number>): Record<Score, number>;
}

/** The prediction that measures of one prediction look at: the best, or nothing at all. */
export function best(predictions: readonly string[]): string {
  return predictions[0] ?? "";
}

/** Adds `numbers` to `sums`, in place. */
export function addTo(sums: Float64Array, numbers: ArrayLike<number>): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += numbers[i]!;
}
