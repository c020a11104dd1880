/** Nonlinearities of feed-forward layers, and dropout. */

import { add, cast, floor, greaterOrEqual, mul, sigmoid, sub } from "../primitives/elementwise.ts";
import { slice } from "../primitives/shaping.ts";
import { size } from "../shape.ts";
import { composite, scalar, type Tensor } from "../tensor.ts";

/** y = x·σ(x); y′ = σ + y - y·σ */
export function silu(x: Tensor): Tensor {
  const gate = sigmoid(x);
  const y: Tensor = composite("silu", [x], {
    expand: () => mul(x, gate),
    gradient: (dy) => [mul(dy, add(gate, sub(y, mul(y, gate))))],
  });
  return y;
}

/**
 * Zeroes a share `rate` of x [.., D] and scales the rest by 1/(1-rate).
 *
 * Chance comes from outside, as a tensor of uniform numbers `noise` [.., ≥D], so that a recomputed segment drops the same
 * elements and a run can be repeated. Sites share one noise: `site` shifts it around the circle, which leaves it uniform.
 */
export function dropout(x: Tensor, noise: Tensor, rate: number, site: number): Tensor {
  return composite("dropout", [x, noise], {
    expand: () => {
      // Multiples of the golden ratio spread over the circle more evenly than any other.
      const shifted = add(slice(noise, 0, size(x, -1), -1), scalar((site * 0.6180339887498949) % 1));
      const uniform = sub(shifted, floor(shifted));
      return mul(x, mul(cast(greaterOrEqual(uniform, scalar(rate)), "float32"), scalar(1 / (1 - rate))));
    },
  });
}
