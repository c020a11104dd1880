/** Softmax and its logarithm, over the last axis. */

import { primitive, type Tensor } from "../tensor.ts";
import { exp, mul, sub } from "./elementwise.ts";
import { reduceSum } from "./broadcasting.ts";

/** y = eˣ / Σeˣ; dx = y·(dy - Σ dy·y) */
export function softmax(x: Tensor): Tensor {
  const gradient = (dy: Tensor): Tensor[] => [mul(y, sub(dy, reduceSum(mul(dy, y), [-1])))];
  const y: Tensor = primitive("Softmax", [x], x, gradient, { attributes: { axis: -1 } });
  return y;
}

/** y = x - log Σeˣ; dx = dy - eʸ·Σdy */
export function logSoftmax(x: Tensor): Tensor {
  const gradient = (dy: Tensor): Tensor[] => [sub(dy, mul(exp(y), reduceSum(dy, [-1])))];
  const y: Tensor = primitive("LogSoftmax", [x], x, gradient, { attributes: { axis: -1 } });
  return y;
}
