/** The loss of a language model. */

import { mul, neg } from "../primitives/elementwise.ts";
import { gatherElements } from "../primitives/indexing.ts";
import { logSoftmax } from "../primitives/normalization.ts";
import { reduceSum } from "../primitives/reduction.ts";
import type { Tensor } from "../tensor.ts";

/**
 * -Σ weight · log p(label), as [1, 1].
 *
 * @param logits [L, vocabulary]: only of the positions that predict something.
 * @param labels int64 [L, 1]
 * @param weights float32 [L, 1], such as 1/L for the mean.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  const logProbabilities = gatherElements(logSoftmax(logits), labels);
  return neg(reduceSum(mul(logProbabilities, weights), [0, 1]));
}
