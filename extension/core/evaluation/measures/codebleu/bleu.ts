/** CodeBLEU's first two parts: BLEU-4, and a recall whose unigrams weigh more where they are keywords. Tokens are words between blanks. */

import { ngramCounts, sharedCount } from "../ngramCounts.ts";

const maxOrder = 4;

/** How many numbers each of the two parts adds for an item. */
export const bleuWidth = 2 * maxOrder + 2;

/**
 * What an item adds to NLTK's corpus BLEU: per order shared n-grams and n-grams of the prediction, then both lengths.
 * An order that a prediction is too short for counts one n-gram, none of them shared.
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
 * The same for the weighted part: n-grams of the reference that the prediction has, of all of the reference. A token
 * weighs 1 if it is a keyword and 0.2 if not; what a short line weighs in all is lifted to 1.
 *
 * Both reference implementations take the length of a pair (tokens, weights) for the reference's length, so it is 2.
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
 * The geometric mean of the four shares times the brevity penalty; 0 without a shared unigram. A share of 0 is smoothed:
 * 0.1 stands for the shared n-grams (Chen and Cherry 2014, method 1).
 */
export function bleuScore(sums: ArrayLike<number>): number {
  if (!sums[0]) return 0;
  let logarithm = 0;
  for (let i = 0; i < 2 * maxOrder; i += 2) logarithm += Math.log((sums[i]! || 0.1) / sums[i + 1]!) / maxOrder;
  const [predictedLength, referenceLength] = [sums[2 * maxOrder]!, sums[2 * maxOrder + 1]!];
  const penalty = predictedLength > referenceLength ? 1 : Math.exp(1 - referenceLength / predictedLength);
  return penalty * Math.exp(logarithm);
}
