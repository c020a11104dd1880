/** McNemar's exact test of two candidates that are right or wrong on the same items (McNemar 1947). */

/**
 * Returns the two-sided p-value: the probability that fair coins divide the items on which only one candidate is right at least as
 * unevenly. Items on which both are right, or both wrong, do not matter.
 *
 * @param first the number of items on which only the first is right
 * @param second the number of items on which only the second is right
 */
export function mcnemarTest(first: number, second: number): number {
  const items = first + second;
  let sum = 0;
  // The logarithm of the binomial probability of k heads; probabilities themselves underflow above a thousand items.
  let logarithm = -items * Math.LN2;
  for (let k = 0; k <= Math.min(first, second); k++) {
    sum += Math.exp(logarithm);
    logarithm += Math.log((items - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
}
