/** Normalization of activations. */

import { add, mul, reciprocal, sqrt, sub } from "../primitives/elementwise.ts";
import { simplifiedLayerNormalization } from "../primitives/fused.ts";
import { reduceMean, sumTo } from "../primitives/reduction.ts";
import { composite, scalar, type Tensor } from "../tensor.ts";

/**
 * y = γ · x̂ with x̂ = x·r, r = 1/√(mean x² + ε), over the last axis. By hand, the gradient needs x and r alone:
 *
 *     dx = r · (γ·dy - x̂ · mean(γ·dy·x̂))      dγ = Σ dy·x̂
 */
export function rmsNorm(x: Tensor, gamma: Tensor, epsilon: number): Tensor {
  const inverse = (): Tensor => reciprocal(sqrt(add(reduceMean(mul(x, x), -1), scalar(epsilon))));
  const fused = (): Tensor => simplifiedLayerNormalization(x, gamma, epsilon);
  return composite("rmsNorm", [x, gamma], {
    expand: () => mul(mul(x, inverse()), gamma),
    inference: fused,
    training: fused,
    gradient: (dy) => {
      const r = inverse();
      const normalized = mul(x, r);
      const scaled = mul(dy, gamma);
      const along = reduceMean(mul(scaled, normalized), -1);
      return [mul(r, sub(scaled, mul(normalized, along))), sumTo(mul(dy, normalized), gamma.shape)];
    },
  });
}
