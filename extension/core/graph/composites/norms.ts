/** Normalization of activations. */

import { add, mul, reciprocal, sqrt, sub } from "../primitives/elementwise.ts";
import { layerNormalization, simplifiedLayerNormalization } from "../primitives/fused.ts";
import { sumTo } from "../primitives/broadcasting.ts";
import { reduceMean } from "../primitives/reduction.ts";
import { composite, scalar, type Tensor } from "../tensor.ts";

/**
 * y = γ · x̂ with x̂ = x·r, r = 1/√(mean x² + ε), over the last axis. The hand-written gradient needs only x and r:
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

/**
 * y = γ · x̂ + β with x̂ = (x - mean x)·r, r = 1/√(var x + ε), over the last axis. The hand-written gradient needs only x:
 *
 *     dx = r · (γ·dy - mean(γ·dy) - x̂ · mean(γ·dy·x̂))      dγ = Σ dy·x̂      dβ = Σ dy
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const parts = (): { r: Tensor; normalized: Tensor } => {
    const centred = sub(x, reduceMean(x, -1));
    const r = reciprocal(sqrt(add(reduceMean(mul(centred, centred), -1), scalar(epsilon))));
    return { r, normalized: mul(centred, r) };
  };
  const fused = (): Tensor => layerNormalization(x, gamma, beta, epsilon);
  return composite("layerNorm", [x, gamma, beta], {
    expand: () => add(mul(parts().normalized, gamma), beta),
    inference: fused,
    training: fused,
    gradient: (dy) => {
      const { r, normalized } = parts();
      const scaled = mul(dy, gamma);
      const along = mul(normalized, reduceMean(mul(scaled, normalized), -1));
      const dx = mul(r, sub(sub(scaled, reduceMean(scaled, -1)), along));
      return [dx, sumTo(mul(dy, normalized), gamma.shape), sumTo(dy, beta.shape)];
    },
  });
}
