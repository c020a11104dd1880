/**
 * CodeBLEU's first two parts: BLEU-4, and a recall whose unigrams weigh more if they are keywords. Tokens are words
 * between blanks.
 */

import { ngramCounts, sharedCount } from "../ngramCounts.ts";

const maxOrder = 4;

/** The number of values that each of the two parts adds for an item. */
export const bleuWidth = 2 * maxOrder + 2;

/**
 * Returns what an item adds to NLTK's corpus BLEU: shared n-grams and n-grams of the prediction per order, then both
 * lengths. If a prediction is too short for an order, the order counts one n-gram that is not shared.
 */
export function bleuCounts(prediction: readonly string[], reference: readonly string[]): number[] {
  const numbers: number[] = [];
  for (let order = 1; order <= maxOrder; order++) {
    const shared = sharedCount(ngramCounts(prediction, order, " "), ngramCounts(reference, order, " "));
    numbers.push(shared, Math.max(1, prediction.length - order + 1));
  }
  return [...numbers, prediction.length, reference.length];
}

/**
 * The same for the weighted part: the reference's n-grams that the prediction has, out of all of them. A keyword weighs 1, any other token
 * 0.2. The total weight of a short line is at least 1.
 *
 * Both reference implementations mistake the length of a pair (tokens, weights) for the reference's length, so it is 2.
 */
export function weightedCounts(
  prediction: readonly string[],
  reference: readonly string[],
  keywords: ReadonlySet<string>,
): number[] {
  const numbers: number[] = [];
  for (let order = 1; order <= maxOrder; order++) {
    const [inPrediction, inReference] = [ngramCounts(prediction, order, " "), ngramCounts(reference, order, " ")];
    if (order > 1) {
      numbers.push(sharedCount(inReference, inPrediction), Math.max(1, reference.length - order + 1));
      continue;
    }
    let [shared, all] = [0, 0];
    for (const [token, count] of inReference) {
      const weight = keywords.has(token) ? 1 : 0.2;
      shared += Math.min(count, inPrediction.get(token) ?? 0) * weight;
      all += count * weight;
    }
    numbers.push(shared, Math.max(1, all));
  }
  return [...numbers, prediction.length, 2];
}

/**
 * Returns the geometric mean of the four shares times the brevity penalty; 0 without a shared unigram. A share of 0 is
 * smoothed: 0.1 replaces the number of shared n-grams (Chen and Cherry 2014, method 1).
 */
export function bleuScore(sums: ArrayLike<number>): number {
  if (!sums[0]) return 0;
  let logarithm = 0;
  for (let i = 0; i < 2 * maxOrder; i += 2) logarithm += Math.log((sums[i]! || 0.1) / sums[i + 1]!) / maxOrder;
  const [predictedLength, referenceLength] = [sums[2 * maxOrder]!, sums[2 * maxOrder + 1]!];
  const penalty = predictedLength > referenceLength ? 1 : Math.exp(1 - referenceLength / predictedLength);
  return penalty * Math.exp(logarithm);
}
