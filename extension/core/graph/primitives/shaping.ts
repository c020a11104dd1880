/** Ops that move elements without changing them. */

import { internalError } from "../../foundation/errors.ts";
import { dimension, sameShape, showShape, size, totalSize, withDimension } from "../shape.ts";
import { integers, primitive, primitives, scalar, type Shape, type Tensor } from "../tensor.ts";

/**
 * Returns the same elements in another shape. A named size at the same axis as before is copied; the runtime can infer
 * one other named size.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const sizes = shape.map((size, i) => (typeof size === "number" ? size : x.shape[i] === size ? 0 : -1));
  if (sizes.filter((n) => n === -1).length > 1) {
    throw internalError(`cannot reshape ${showShape(x.shape)} to ${showShape(shape)}: two sizes are unknown`);
  }
  return primitive("Reshape", [x, integers(...sizes)], { dtype: x.dtype, shape }, (dy) => [reshape(dy, x.shape), null]);
}

/** [.., rows, columns] → [all rows, columns] */
export function flattenRows(x: Tensor): Tensor {
  return reshape(x, [totalSize(x.shape.slice(0, -1)), dimension(x, -1)]);
}

/** Permutes axes: axis i of the result is axis permutation[i] of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const inverse = permutation.map((_, i) => permutation.indexOf(i));
  const type = { dtype: x.dtype, shape: permutation.map((axis) => x.shape[axis]!) };
  return primitive("Transpose", [x], type, (dy) => [transpose(dy, inverse)], { attributes: { perm: permutation } });
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (!first) throw internalError("cannot concatenate nothing");
  if (parts.length === 1) return first;
  const sizes = parts.map((part) => part.shape.at(axis)!);
  const known = sizes.filter((n) => typeof n === "number");
  const total = known.length === sizes.length ? known.reduce((sum, n) => sum + n, 0) : sizes.join("+");
  const type = { dtype: first.dtype, shape: withDimension(first.shape, axis, total) };
  return primitive("Concat", parts, type, (dy) => split(dy, known, axis), { attributes: { axis } });
}

/** Splits x along `axis` into parts of the given sizes. Unused parts have a gradient of zero. */
export function split(x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  const types = sizes.map((n) => ({ dtype: x.dtype, shape: withDimension(x.shape, axis, n) }));
  return primitives(
    "Split",
    [x, integers(...sizes)],
    types,
    (dys) => {
      return [
        concat(
          dys.map((dy, i) => dy ?? zeros(types[i]!.shape)),
          axis,
        ),
        null,
      ];
    },
    { attributes: { axis } },
  );
}

/** Returns x[begin:end] along `axis`. The gradient is dy, padded with zeros. */
export function slice(x: Tensor, begin: number, end: number, axis: number): Tensor {
  const whole = size(x, axis);
  const type = { dtype: x.dtype, shape: withDimension(x.shape, axis, end - begin) };
  return primitive("Slice", [x, integers(begin), integers(end), integers(axis)], type, (dy) => {
    const around = (n: number): Tensor[] => (n > 0 ? [zeros(withDimension(x.shape, axis, n))] : []);
    return [concat([...around(begin), dy, ...around(whole - end)], axis), null, null, null];
  });
}

/** Returns zeros of a known shape: one stored number, broadcast at run time. */
export function zeros(shape: Shape): Tensor {
  const sizes = shape.map((_, axis) => size({ dtype: "float32", shape }, axis));
  return primitive("Expand", [scalar(0), integers(...sizes)], { dtype: "float32", shape }, "not differentiable");
}
