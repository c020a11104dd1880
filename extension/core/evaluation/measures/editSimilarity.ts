/** Edit similarity: the smaller the edit from the best prediction to the reference, the higher. */

import { best, type Measure } from "./measure.ts";

/**
 * Returns the edit similarity in percent: the mean over items of 100 · (1 − d / max(|p|, |r|)), where d is the
 * Levenshtein distance in code points, and two empty texts are equal (Svyatkovskiy et al. 2020, "IntelliCode Compose",
 * arXiv 2005.08025, section 5.4). Some benchmarks use the name for fuzzywuzzy's ratio, which has no substitutions.
 */
export const editSimilarity: Measure<"editSimilarity"> = {
  width: 2,
  count: (predictions, reference) => {
    const [a, b] = [Array.from(best(predictions)), Array.from(reference)];
    const longest = Math.max(a.length, b.length);
    return [1, longest === 0 ? 1 : 1 - distance(a, b) / longest];
  },
  scores: (sums) => ({ editSimilarity: sums[0] === 0 ? 0 : (100 * sums[1]!) / sums[0]! }),
};

/**
 * Levenshtein distance: insertions, deletions and substitutions. Keeps one row of the table at a time, O(|a| · |b|).
 */
function distance(a: readonly string[], b: readonly string[]): number {
  let start = 0;
  let [endA, endB] = [a.length, b.length];
  while (start < endA && start < endB && a[start] === b[start]) start++;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  // row[j]: the distance between the processed part of a and the first j of b.
  const row = Uint32Array.from({ length: endB - start + 1 }, (_, j) => j);
  for (let i = start; i < endA; i++) {
    let diagonal = row[0]!;
    row[0] = diagonal + 1;
    for (let j = 1; j < row.length; j++) {
      const above = row[j]!;
      const same = a[i] === b[start + j - 1];
      row[j] = same ? diagonal : 1 + Math.min(diagonal, above, row[j - 1]!);
      diagonal = above;
    }
  }
  return row[endB - start]!;
}
