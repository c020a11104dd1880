/** Rotary position embedding as one op: ONNX Runtime's contributed RotaryEmbedding. */

import { primitive, type Tensor } from "../tensor.ts";
import { neg } from "./elementwise.ts";

/**
 * Rotates the pairs (i, i + D/2) of x [B, H, T, D] by the angles of `positions` [B, T], read from tables of cosines and
 * sines [P, D/2]. A rotation's gradient is the rotation back, which is the one with -sin.
 */
export function rotaryEmbedding(x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor): Tensor {
  const gradient = (dy: Tensor): (Tensor | null)[] => [
    rotaryEmbedding(dy, positions, cosines, neg(sines)),
    null,
    null,
    null,
  ];
  return primitive("RotaryEmbedding", [x, positions, cosines, sines], x, gradient, { domain: "com.microsoft" });
}
