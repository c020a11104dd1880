/** Exact match: the reference, to the letter, among the first k predictions. Normalizes nothing. */

import type { Measure } from "./measure.ts";

/**
 * EM@k in percent, as in Weyssow et al., arXiv 2308.10462: the share of items whose first k predictions hold the
 * reference. Where fewer than k predictions are given, those count.
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
