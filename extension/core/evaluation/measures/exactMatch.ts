/** Exact match: one of the first k predictions equals the reference, character by character. Normalizes nothing. */

import type { Measure } from "./measure.ts";

/** The values of k that results report. */
export const ranks = [1, 2, 5, 10] as const;

/**
 * Returns EM@k in percent, as in Weyssow et al., arXiv 2308.10462: the share of items whose first k predictions
 * contain the reference. If there are fewer than k predictions, all of them count.
 */
export function exactMatch<K extends number>(ks: readonly K[]): Measure<`em@${K}`> {
  return {
    width: ks.length + 1,
    count: (predictions, reference) => {
      const rank = predictions.indexOf(reference);
      return [1, ...ks.map((k) => (rank >= 0 && rank < k ? 1 : 0))];
    },
    scores: (sums) => {
      const items = sums[0]!;
      const entries = ks.map((k, i) => [`em@${k}`, items === 0 ? 0 : (100 * sums[i + 1]!) / items] as const);
      return Object.fromEntries(entries) as Record<`em@${K}`, number>;
    },
  };
}
