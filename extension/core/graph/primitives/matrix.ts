/** The matrix product. */

import { internalError } from "../../foundation/errors.ts";
import { broadcastShape, dimension, showShape } from "../shape.ts";
import { primitive, type Tensor } from "../tensor.ts";
import { sumTo } from "./broadcasting.ts";
import { flattenRows } from "./shaping.ts";

export interface MatMulOptions {
  /** Whether to swap the last two axes of a, or of b, first. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** A factor on the product. */
  readonly alpha?: number;
}

/**
 * Returns alpha · A·B over the last two axes; leading axes broadcast. With A = op(a), B = op(b):
 *
 *     dA = dY·Bᵀ      dB = Aᵀ·dY
 *
 * If an operand is transposed, so is its gradient: (dY·Bᵀ)ᵀ = B·dYᵀ.
 */
export function matMul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false, alpha = 1 }: MatMulOptions = {},
): Tensor {
  const [rows, inner] = transposeA ? [dimension(a, -1), dimension(a, -2)] : [dimension(a, -2), dimension(a, -1)];
  const [innerB, columns] = transposeB ? [dimension(b, -1), dimension(b, -2)] : [dimension(b, -2), dimension(b, -1)];
  if (inner !== innerB) throw internalError(`cannot multiply ${showShape(a.shape)} by ${showShape(b.shape)}`);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const type = { dtype: a.dtype, shape: [...batch, rows, columns] };
  const gradient = (dy: Tensor): Tensor[] => {
    const da = transposeA
      ? matMul(b, dy, { transposeA: transposeB, transposeB: true, alpha })
      : matMul(dy, b, { transposeB: !transposeB, alpha });
    return [sumTo(da, a.shape), gradientOfB(dy)];
  };
  const gradientOfB = (dy: Tensor): Tensor => {
    // With one weight for all rows of a batch, a single product over the flattened rows also sums.
    const [left, right] = b.shape.length === 2 && !transposeA ? [flattenRows(a), flattenRows(dy)] : [a, dy];
    const db = transposeB
      ? matMul(right, left, { transposeA: true, transposeB: transposeA, alpha })
      : matMul(left, right, { transposeA: !transposeA, alpha });
    return sumTo(db, b.shape);
  };
  if (!transposeA && !transposeB && alpha === 1) return primitive("MatMul", [a, b], type, gradient);
  return primitive("FusedMatMul", [a, b], type, gradient, {
    domain: "com.microsoft",
    attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: alpha } },
  });
}
