/** How little of the best prediction must be edited to get the reference. */

import { best, type Measure } from "./measure.ts";

/**
 * Edit similarity in percent, the mean over items of 100 · (1 − d / max(|p|, |r|)), where d is the Levenshtein distance in
 * code points and two empty texts are alike (Svyatkovskiy et al. 2020, "IntelliCode Compose", arXiv 2005.08025, section
 * 5.4). Some benchmarks call another ratio by this name, one that has no substitutions (fuzzywuzzy's); this is not it.
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

/** Levenshtein's: insertions, deletions and substitutions. One row of the table at a time, O(|a| · |b|). */
function distance(a: readonly string[], b: readonly string[]): number {
  let start = 0;
  let [endA, endB] = [a.length, b.length];
  while (start < endA && start < endB && a[start] === b[start]) start++;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  // row[j]: the distance between what is read of a and the first j of b.
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
