/** Shape arithmetic. Sizes may be names. */

import { internalError } from "../foundation/errors.ts";
import type { Dimension, Shape, TensorType } from "./tensor.ts";

/** Returns the shape of an elementwise op on `a` and `b` by NumPy's broadcasting: axes align at the end, size 1 stretches. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i): Dimension => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw internalError(`cannot broadcast ${showShape(a)} with ${showShape(b)}`);
    return x === 1 ? y : x;
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Returns the dimension of an axis. Negative axes count from the back. */
export function dimension({ shape }: TensorType, axis: number): Dimension {
  const size = shape[axis < 0 ? shape.length + axis : axis];
  if (size === undefined) throw internalError(`no axis ${axis} in ${showShape(shape)}`);
  return size;
}

/** Returns the {@link dimension} of an axis as a number, which must be known. */
export function size(type: TensorType, axis: number): number {
  const found = dimension(type, axis);
  if (typeof found === "string") throw internalError(`axis ${axis} of ${showShape(type.shape)} must be a number`);
  return found;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Returns the {@link elementCount} of a shape whose sizes may be names. */
export function totalSize(shape: Shape): Dimension {
  const known = shape.filter((n) => typeof n === "number");
  return known.length === shape.length ? elementCount(known) : shape.join("*");
}

/** Returns `shape` with the size of `axis` replaced. Negative axes count from the back. */
export function withDimension(shape: Shape, axis: number, size: Dimension): Shape {
  return shape.with(axis < 0 ? shape.length + axis : axis, size);
}

/** Formats a shape, such as [batch, sequence, 256]. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Returns the shape after a reduction over `axes`, which keep size 1. */
export function reducedShape(shape: Shape, axes: readonly number[]): Shape {
  const positive = new Set(axes.map((axis) => (axis < 0 ? shape.length + axis : axis)));
  return shape.map((size, i) => (positive.has(i) ? 1 : size));
}
