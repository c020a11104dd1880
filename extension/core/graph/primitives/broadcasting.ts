/** Broadcasting and summation, which are each other's gradients. */

import { reducedShape, sameShape } from "../shape.ts";
import { constant, integers, primitive, type Shape, type Tensor } from "../tensor.ts";
import { reshape } from "./shaping.ts";

/** Broadcasts x to the shape of `like`. The gradient is summed back. */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  if (sameShape(x.shape, like.shape)) return x;
  const type = { dtype: x.dtype, shape: like.shape };
  return primitive("Expand", [x, shapeOf(like)], type, (dy) => [sumTo(dy, x.shape), null]);
}

/** Returns the shape as a vector of int64: a constant if it is known, otherwise computed at run time. */
function shapeOf(x: Tensor): Tensor {
  const known = x.shape.filter((size) => typeof size === "number");
  if (known.length === x.shape.length) return integers(...known);
  return primitive("Shape", [x], { dtype: "int64", shape: [x.shape.length] }, "not differentiable");
}

/** Returns zeros with the shape of `like`. */
export function zerosLike(like: Tensor): Tensor {
  return expandLike(
    constant(
      Float32Array.of(0),
      like.shape.map(() => 1),
    ),
    like,
  );
}

/** Sums over `axes`, which keep size 1. The gradient is dy, broadcast back. */
export function reduceSum(x: Tensor, axes: readonly number[]): Tensor {
  const type = { dtype: x.dtype, shape: reducedShape(x.shape, axes) };
  const options = { attributes: { keepdims: 1 } };
  return primitive("ReduceSum", [x, integers(...axes)], type, (dy) => [expandLike(dy, x), null], options);
}

/** Undoes broadcasting: sums `x` over the axes that broadcasting from `shape` added or stretched. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const missing = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, i) => (i < missing || (shape[i - missing] === 1 && size !== 1) ? [i] : []));
  const sum = axes.length > 0 ? reduceSum(x, axes) : x;
  return missing > 0 ? reshape(sum, shape) : sum;
}
