/** AdamW over plain arrays. Knows no model: a parameter is a run of numbers. */

import { internalError } from "../base/errors.ts";

export interface AdamWOptions {
  /** Decay of the mean of the gradients. */
  readonly beta1: number;
  /** Decay of the mean of their squares. */
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled: it shrinks the values themselves, by learningRate · weightDecay a step. */
  readonly weightDecay: number;
}

/** PyTorch's defaults, but for the weight decay, which is 0 in the paper. */
export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

export interface AdamW {
  /** Updates done so far, which the bias correction depends on. A checkpoint sets it together with the moments. */
  steps: number;
  /** Running means of the gradients, and of their squares, in the order of the parameters: live, not copies. */
  readonly moments: readonly { readonly first: Float32Array; readonly second: Float32Array }[];
  /** Moves `parameters` in place against `gradients`. */
  update(parameters: readonly Float32Array[], gradients: readonly Float32Array[], learningRate: number): void;
}

/** Source: Loshchilov and Hutter, arXiv 1711.05101, algorithm 2, arranged as in torch.optim.AdamW. */
export function adamW(sizes: readonly number[], options: AdamWOptions = adamWDefaults): AdamW {
  const { beta1, beta2, epsilon, weightDecay } = options;
  const moments = sizes.map((size) => ({ first: new Float32Array(size), second: new Float32Array(size) }));
  return {
    steps: 0,
    moments,
    update(parameters, gradients, learningRate) {
      this.steps++;
      const stepSize = learningRate / (1 - beta1 ** this.steps);
      const secondCorrection = 1 / Math.sqrt(1 - beta2 ** this.steps);
      const kept = 1 - learningRate * weightDecay;
      for (const [index, { first, second }] of moments.entries()) {
        const values = parameters[index]!;
        const gradient = gradients[index]!;
        if (values.length !== first.length || gradient.length !== first.length) {
          throw internalError(`parameter ${index} has ${values.length} values and ${gradient.length} gradients`);
        }
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
