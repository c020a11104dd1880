/** The loss of a language model, computed from its last hidden states. */

import { add, log, mul, neg, sub } from "../primitives/elementwise.ts";
import { gather, gatherElements } from "../primitives/indexing.ts";
import { matMul } from "../primitives/matrix.ts";
import { logSoftmax, softmax } from "../primitives/normalization.ts";
import { reduceSum } from "../primitives/broadcasting.ts";
import { reduceMax } from "../primitives/reduction.ts";
import { concat, reshape, slice, split } from "../primitives/shaping.ts";
import { size } from "../shape.ts";
import { composites, type Tensor } from "../tensor.ts";
import { controlDependency } from "./controlDependency.ts";
import { embedding, linear } from "./linear.ts";
import { valueAfter, type Weight } from "./weight.ts";

/** The output head: the last matrix product of a language model, which computes one logit per vocabulary entry. */
export interface Head {
  /** [vocabulary, hidden] */
  readonly weight: Weight;
  /** [vocabulary] */
  readonly bias: Tensor | null;
}

export interface LabelledStates {
  /** [L, hidden]: only the positions with a label. */
  readonly hidden: Tensor;
  /** int64 [L, 1] */
  readonly labels: Tensor;
  /** float32 [L, 1], such as 1/L for the mean. */
  readonly weights: Tensor;
}

/**
 * Returns the chunk size in vocabulary entries for which the weights, and the logits of `rows` states, each take at
 * most 32 MiB. Products of this size run at full speed.
 */
export function wordsAtOnce(hiddenSize: number, rows: number): number {
  return Math.max(1, Math.floor(2 ** 23 / Math.max(hiddenSize, rows)));
}

/**
 * Returns -Σ weight · log p(label), as [1, 1].
 *
 * With a frozen head, the logits of a large vocabulary are never in memory all at once; see {@link overChunks}.
 *
 * @param chunk the number of vocabulary entries per chunk
 */
export function crossEntropy(states: LabelledStates, head: Head, chunk: number): Tensor {
  const { hidden, labels, weights } = states;
  const expand = (): readonly Tensor[] => {
    const logProbabilities = gatherElements(logSoftmax(linear(hidden, head.weight, head.bias)), labels);
    return [neg(reduceSum(mul(logProbabilities, weights), [0, 1]))];
  };
  const inputs = [hidden, head.weight.value, head.bias, labels, weights];
  if (!head.weight.frozen) return composites("crossEntropy", inputs, { expand })[0]!;
  // In a differentiated graph, one pass computes the gradient along with the loss.
  let differentiated: ChunkedPass | undefined;
  return composites("crossEntropy", inputs, {
    expand,
    training: () => [(differentiated ?? overChunks(states, head, chunk, false)).loss],
    backward: ([dy]) => {
      differentiated = overChunks(states, head, chunk, true);
      return [[hidden, mul(dy!, differentiated.gradient!)]];
    },
  })[0]!;
}

interface ChunkedPass {
  readonly loss: Tensor;
  /** The gradient with respect to the hidden states. */
  readonly gradient: Tensor | null;
}

/**
 * Computes the loss and its gradient in one pass over the rows of W, one chunk c at a time. With z_c = x·W_cᵀ:
 *
 *     p_c = softmax(z_c), s_c = log Σ exp z_c     a = softmax(s_1, s_2, …): the share of each chunk     s = log Σ exp s_c
 *     loss = s - x·W_label                        d loss/dx = Σ a_c · p_c·W_c - W_label
 *
 * No logits are kept, and each chunk is dequantized once for both of its products. Source: Liger Kernel's fused linear
 * cross-entropy (Hsu et al. 2024, arXiv 2410.10989), here with a softmax over chunks instead of a second product.
 */
function overChunks(
  { hidden, labels, weights }: LabelledStates,
  { weight, bias }: Head,
  chunk: number,
  withGradient: boolean,
): ChunkedPass {
  const sums: Tensor[] = [];
  const products: Tensor[] = [];
  let x = hidden;
  for (let begin = 0; begin < size(weight.value, 0); begin += chunk) {
    const end = Math.min(begin + chunk, size(weight.value, 0));
    const rows = valueAfter(weight.rows(begin, end), x);
    const product = matMul(x, rows, { transposeB: true });
    const logits = bias ? add(product, slice(bias, begin, end, 0)) : product;
    const probabilities = softmax(logits);
    const sum = logSumOfExp(logits, probabilities);
    const found = withGradient ? [matMul(probabilities, rows)] : [];
    sums.push(sum);
    products.push(...found);
    // A control dependency finishes each chunk before the next one starts; otherwise all would be in memory together.
    x = controlDependency(hidden, sum, ...found);
  }
  const together = concat(sums, 1);
  const shares = softmax(together);
  const ids = reshape(labels, [labels.shape[0]!]);
  const labelRows = embedding(ids, weight);
  const own = reduceSum(mul(hidden, labelRows), [-1]);
  const ofLabels = bias ? add(own, gather(bias, labels)) : own;
  const loss = reduceSum(mul(sub(logSumOfExp(together, shares), ofLabels), weights), [0, 1]);
  if (!withGradient) return { loss, gradient: null };
  const shareOf = split(
    shares,
    sums.map(() => 1),
    1,
  );
  const expected = products.map((product, i) => mul(product, shareOf[i]!)).reduce(add);
  return { loss, gradient: mul(sub(expected, labelRows), weights) };
}

/** Returns log Σ exp x over the last axis, given softmax(x). The largest element has the probability exp(x - log Σ exp x). */
function logSumOfExp(x: Tensor, softmaxOfX: Tensor): Tensor {
  return sub(reduceMax(x, [-1]), log(reduceMax(softmaxOfX, [-1])));
}
