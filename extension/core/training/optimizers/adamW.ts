/** AdamW: steps against the mean of the gradients, divided by the root of their mean square. */

import { gradientAt, stateOf, type NamedTensor, type Optimizer } from "./optimizer.ts";

export interface AdamWOptions {
  /** Decay of the mean of the gradients. */
  readonly beta1?: number;
  /** Decay of the mean of the squared gradients. */
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled weight decay: shrinks the values themselves, by learningRate · weightDecay in each step. */
  readonly weightDecay?: number;
}

/**
 * Source: Loshchilov and Hutter, arXiv 1711.05101, algorithm 2, in the form of torch.optim.AdamW. The defaults are PyTorch's,
 * except for the weight decay, which is 0 in the paper.
 */
export function adamW(
  parameters: readonly NamedTensor[],
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamWOptions = {},
): Optimizer {
  const moments = parameters.map((parameter) => ({
    first: stateOf(parameter, "first", parameter.shape),
    second: stateOf(parameter, "second", parameter.shape),
  }));
  return {
    state: moments.flatMap(({ first, second }) => [first, second]),
    update(gradients, { number, learningRate }) {
      const stepSize = learningRate / (1 - beta1 ** number);
      const secondCorrection = 1 / Math.sqrt(1 - beta2 ** number);
      const kept = 1 - learningRate * weightDecay;
      for (const [index, parameter] of parameters.entries()) {
        const { values } = parameter;
        const gradient = gradientAt(gradients, index, parameter);
        const [first, second] = [moments[index]!.first.values, moments[index]!.second.values];
        for (let i = 0; i < values.length; i++) {
          const g = gradient[i]!;
          const m = beta1 * first[i]! + (1 - beta1) * g;
          const v = beta2 * second[i]! + (1 - beta2) * g * g;
          first[i] = m;
          second[i] = v;
          values[i] = kept * values[i]! - (stepSize * m) / (Math.sqrt(v) * secondCorrection + epsilon);
        }
      }
    },
  };
}
