/** Nonlinearities of feed-forward layers, and dropout. */

import { add, cast, floor, greaterOrEqual, mul, sigmoid, sub } from "../primitives/elementwise.ts";
import { gelu } from "../primitives/fused.ts";
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
 * GELU with a tanh (Hendrycks and Gimpel 2016), called gelu_new or gelu_pytorch_tanh: x/2 · (1 + tanh u), which is
 *
 *     y = x·σ(2u) with 2u = x·(a + b·x²), a = 2√(2/π), b = 0.044715·a      y′ = σ + (y - y·σ)·(a + 3b·x²)
 */
export function geluTanh(x: Tensor): Tensor {
  const a = 2 * Math.sqrt(2 / Math.PI);
  const b = 0.044715 * a;
  const square = mul(x, x);
  const polynomial = (slope: number): Tensor => add(mul(square, scalar(slope)), scalar(a));
  const gate = sigmoid(mul(x, polynomial(b)));
  const fused = (): Tensor => gelu(x);
  const y: Tensor = composite("geluTanh", [x], {
    expand: () => mul(x, gate),
    inference: fused,
    gradient: (dy) => [mul(dy, add(gate, mul(sub(y, mul(y, gate)), polynomial(3 * b))))],
  });
  return y;
}

/**
 * Zeroes a share `rate` of x [.., T, D] and scales the rest by 1/(1-rate).
 *
 * Chance comes from outside, as a tensor of uniform numbers `noise` [.., ≥T, ≥D], so that a recomputed segment drops the same
 * elements and a run can be repeated. Sites share one noise: `site` shifts it around the circle, which leaves it uniform.
 */
export function dropout(x: Tensor, noise: Tensor, rate: number, site: number): Tensor {
  return composite("dropout", [x, noise], {
    expand: () => {
      // Multiples of the golden ratio spread over the circle more evenly than any other.
      const own = slice(slice(noise, 0, size(x, -2), -2), 0, size(x, -1), -1);
      const shifted = add(own, scalar((site * 0.6180339887498949) % 1));
      const uniform = sub(shifted, floor(shifted));
      return mul(x, mul(cast(greaterOrEqual(uniform, scalar(rate)), "float32"), scalar(1 / (1 - rate))));
    },
  });
}
