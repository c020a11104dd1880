/** The loss of a language model. */

import { linear } from "./linear.ts";
import type { Weight } from "./weight.ts";
import { mul, neg } from "../primitives/elementwise.ts";
import { gatherElements } from "../primitives/indexing.ts";
import { logSoftmax } from "../primitives/normalization.ts";
import { reduceSum } from "../primitives/reduction.ts";
import type { Tensor } from "../tensor.ts";

/**
 * -Σ weight · log p(label), as [1, 1].
 *
 * @param hidden [L, H]: only the rows that predict something, so that no logits are made for the others.
 * @param labels int64 [L, 1]
 * @param weights float32 [L, 1], such as 1/L for the mean.
 */
export function crossEntropy(hidden: Tensor, head: Weight, labels: Tensor, weights: Tensor): Tensor {
  const logProbabilities = gatherElements(logSoftmax(linear(hidden, head)), labels);
  return neg(reduceSum(mul(logProbabilities, weights), [0, 1]));
}
