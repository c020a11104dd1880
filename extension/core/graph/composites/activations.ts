/** Activation functions of feed-forward layers, and dropout. */

import { add, bitwiseXor, cast, greaterOrEqual, mul, sigmoid, sub, where } from "../primitives/elementwise.ts";
import { controlDependency } from "./controlDependency.ts";
import { gelu } from "../primitives/fused.ts";
import { slice } from "../primitives/shaping.ts";
import { size } from "../shape.ts";
import { composite, constant, scalar, type Tensor } from "../tensor.ts";

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
 * GELU in its tanh form (Hendrycks and Gimpel 2016), called gelu_new or gelu_pytorch_tanh: x/2 · (1 + tanh u), which equals
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
 * Zeroes a share `rate` of x [.., T, D]. The caller scales the rest by 1/(1-rate) to keep the mean; in the matrix product that
 * follows, this costs nothing.
 *
 * The randomness is an input, uniform `noise` int32 [.., ≥T, ≥D], so that a recomputed segment drops the same elements
 * and a run can be repeated. All sites share one noise tensor: each flips other bits of it, which keeps it uniform.
 */
export function dropout(x: Tensor, noise: Tensor, rate: number, site: number): Tensor {
  return composite("dropout", [x, noise], {
    expand: () => {
      const own = slice(slice(noise, 0, size(x, -2), -2), 0, size(x, -1), -1);
      // Multiples of the golden ratio spread most evenly over all values.
      const bits = int32(Math.imul(site, 0x9e3779b1));
      // The mask depends on the noise only. Without a control dependency on x, the runtime would compute all masks
      // first and keep them.
      const late = bitwiseXor(bits, cast(controlDependency(scalar(0), x), "int32"));
      const kept = greaterOrEqual(bitwiseXor(own, late), int32(Math.round(rate * 2 ** 32) - 2 ** 31));
      return where(kept, x, scalar(0));
    },
  });
}

function int32(value: number): Tensor {
  return constant(Int32Array.of(value), []);
}
