/** Means and maxima over axes. */

import { reducedShape } from "../shape.ts";
import { integers, primitive, scalar, type Tensor } from "../tensor.ts";
import { expandLike } from "./broadcasting.ts";
import { mul } from "./elementwise.ts";

/** Returns the mean over one axis of known size n, which keeps size 1. The gradient is dy/n, broadcast back. */
export function reduceMean(x: Tensor, axis: number): Tensor {
  const type = { dtype: x.dtype, shape: reducedShape(x.shape, [axis]) };
  const n = Number(x.shape.at(axis));
  const gradient = (dy: Tensor): (Tensor | null)[] => [expandLike(mul(dy, scalar(1 / n)), x), null];
  return primitive("ReduceMean", [x, integers(axis)], type, gradient, { attributes: { keepdims: 1 } });
}

/** Returns the maximum over `axes`, which keep size 1. */
export function reduceMax(x: Tensor, axes: readonly number[]): Tensor {
  const type = { dtype: x.dtype, shape: reducedShape(x.shape, axes) };
  return primitive("ReduceMax", [x, integers(...axes)], type, "not differentiable", { attributes: { keepdims: 1 } });
}
