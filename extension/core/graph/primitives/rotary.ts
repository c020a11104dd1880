/** Rotary position embedding as one op: ONNX Runtime's contributed RotaryEmbedding. */

import { size } from "../shape.ts";
import { primitive, type Tensor } from "../tensor.ts";
import { neg } from "./elementwise.ts";

/** How far each pair of a head's first R elements turns at each position; the elements behind stay as they are. */
export interface RotaryTables {
  /** float32 [positions, R/2] */
  readonly cosines: Tensor;
  readonly sines: Tensor;
  /** Whether pair i is (2i, 2i + 1), as in GPT-J, or else (i, i + R/2), as in LLaMA. */
  readonly interleaved: boolean;
}

/**
 * Turns x [B, H, T, D] by the angles of `positions` int64 [B, T], or [1] if they count on from there. A rotation's
 * gradient is the rotation back, which is the one with -sin.
 */
export function rotaryEmbedding(x: Tensor, positions: Tensor, tables: RotaryTables): Tensor {
  const { cosines, sines, interleaved } = tables;
  const rotated = 2 * size(cosines, 1);
  const partial = rotated < size(x, -1) && { rotary_embedding_dim: rotated, num_heads: size(x, 1) };
  const gradient = (dy: Tensor): (Tensor | null)[] => [
    rotaryEmbedding(dy, positions, { ...tables, sines: neg(sines) }),
    null,
    null,
    null,
  ];
  return primitive("RotaryEmbedding", [x, positions, cosines, sines], x, gradient, {
    domain: "com.microsoft",
    attributes: { interleaved: Number(interleaved), ...partial },
  });
}
