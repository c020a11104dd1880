/** Rotary position embedding as one op: ONNX Runtime's contributed RotaryEmbedding. */

import { size } from "../shape.ts";
import { primitive, type Tensor } from "../tensor.ts";
import { neg } from "./elementwise.ts";

/** The rotation of each pair of a head's first R elements at each position. The remaining elements do not rotate. */
export interface RotaryTables {
  /** float32 [positions, R/2] */
  readonly cosines: Tensor;
  readonly sines: Tensor;
  /** Whether pair i is (2i, 2i + 1), as in GPT-J, or else (i, i + R/2), as in LLaMA. */
  readonly interleaved: boolean;
}

/**
 * Rotates x [B, H, T, D] by the angles of `positions` int64 [B, T], or [1] for the first of consecutive positions. The
 * gradient is the inverse rotation, which uses -sin.
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

/** Rotates the heads of x [B, T, heads·D], without a gradient. */
export function rotaryEmbeddingOfRows(
  x: Tensor,
  positions: Tensor,
  { cosines, sines, interleaved }: RotaryTables,
  heads: number,
): Tensor {
  const rotated = 2 * size(cosines, 1);
  const partial = rotated < size(x, -1) / heads && { rotary_embedding_dim: rotated, num_heads: heads };
  return primitive("RotaryEmbedding", [x, positions, cosines, sines], x, "not differentiable", {
    domain: "com.microsoft",
    attributes: { interleaved: Number(interleaved), ...partial },
  });
}
