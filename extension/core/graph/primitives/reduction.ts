/** Sums, means and maxima over axes. */

import { sameShape } from "../shape.ts";
import { integers, primitive, scalar, type Shape, type Tensor } from "../tensor.ts";
import { mul } from "./elementwise.ts";
import { expandLike, reshape } from "./shaping.ts";

/** Σ over `axes`, which stay with size 1. The gradient is dy, stretched back. */
export function reduceSum(x: Tensor, axes: readonly number[]): Tensor {
  const type = { dtype: x.dtype, shape: reduced(x.shape, axes) };
  const options = { attributes: { keepdims: 1 } };
  return primitive("ReduceSum", [x, integers(...axes)], type, (dy) => [expandLike(dy, x), null], options);
}

/** The mean over one axis of known size n, which stays with size 1. The gradient is dy/n, stretched back. */
export function reduceMean(x: Tensor, axis: number): Tensor {
  const type = { dtype: x.dtype, shape: reduced(x.shape, [axis]) };
  const n = Number(x.shape.at(axis));
  const gradient = (dy: Tensor): (Tensor | null)[] => [expandLike(mul(dy, scalar(1 / n)), x), null];
  return primitive("ReduceMean", [x, integers(axis)], type, gradient, { attributes: { keepdims: 1 } });
}

/** The largest over `axes`, which stay with size 1. */
export function reduceMax(x: Tensor, axes: readonly number[]): Tensor {
  const type = { dtype: x.dtype, shape: reduced(x.shape, axes) };
  return primitive("ReduceMax", [x, integers(...axes)], type, "not differentiable", { attributes: { keepdims: 1 } });
}

/** Undoes broadcasting: sums `x` over what was stretched to reach its shape from `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const missing = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, i) => (i < missing || (shape[i - missing] === 1 && size !== 1) ? [i] : []));
  const sum = axes.length > 0 ? reduceSum(x, axes) : x;
  return missing > 0 ? reshape(sum, shape) : sum;
}

function reduced(shape: Shape, axes: readonly number[]): Shape {
  const positive = new Set(axes.map((axis) => (axis < 0 ? shape.length + axis : axis)));
  return shape.map((size, i) => (positive.has(i) ? 1 : size));
}
