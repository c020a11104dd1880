/** Elementwise ops, with NumPy's broadcasting. */

import { broadcastShape } from "../shape.ts";
import { primitive, scalar, type DataType, type Tensor, type TensorType } from "../tensor.ts";
import { sumTo } from "./broadcasting.ts";

export function add(a: Tensor, b: Tensor): Tensor {
  return primitive("Add", [a, b], broadcast(a, b), (dy) => [sumTo(dy, a.shape), sumTo(dy, b.shape)]);
}

export function sub(a: Tensor, b: Tensor): Tensor {
  return primitive("Sub", [a, b], broadcast(a, b), (dy) => [sumTo(dy, a.shape), sumTo(neg(dy), b.shape)]);
}

/** ∂ab/∂a = b, ∂ab/∂b = a */
export function mul(a: Tensor, b: Tensor): Tensor {
  return primitive("Mul", [a, b], broadcast(a, b), (dy) => [sumTo(mul(dy, b), a.shape), sumTo(mul(dy, a), b.shape)]);
}

/** ∂(a/b)/∂a = 1/b, ∂(a/b)/∂b = -(a/b)/b */
export function div(a: Tensor, b: Tensor): Tensor {
  const y: Tensor = primitive("Div", [a, b], broadcast(a, b), (dy) => {
    const da = div(dy, b);
    return [sumTo(da, a.shape), sumTo(neg(mul(da, y)), b.shape)];
  });
  return y;
}

export function neg(x: Tensor): Tensor {
  return primitive("Neg", [x], x, (dy) => [neg(dy)]);
}

/** y = √x, y′ = 1/2y */
export function sqrt(x: Tensor): Tensor {
  const y: Tensor = primitive("Sqrt", [x], x, (dy) => [div(dy, add(y, y))]);
  return y;
}

/** y = 1/x, y′ = -y² */
export function reciprocal(x: Tensor): Tensor {
  const y: Tensor = primitive("Reciprocal", [x], x, (dy) => [neg(mul(dy, mul(y, y)))]);
  return y;
}

/** y = eˣ, y′ = y */
export function exp(x: Tensor): Tensor {
  const y: Tensor = primitive("Exp", [x], x, (dy) => [mul(dy, y)]);
  return y;
}

/** y = ln x, y′ = 1/x */
export function log(x: Tensor): Tensor {
  return primitive("Log", [x], x, (dy) => [div(dy, x)]);
}

/** y = 1/(1+e⁻ˣ), y′ = y(1-y) = y - y² */
export function sigmoid(x: Tensor): Tensor {
  const y: Tensor = primitive("Sigmoid", [x], x, (dy) => [mul(dy, sub(y, mul(y, y)))]);
  return y;
}

/** y = max(x, 0); y′ = 1 where x > 0, else 0 */
export function relu(x: Tensor): Tensor {
  return primitive("Relu", [x], x, (dy) => [where(greaterOrEqual(scalar(0), x), scalar(0), dy)]);
}

export function equal(a: Tensor, b: Tensor): Tensor {
  return primitive("Equal", [a, b], { ...broadcast(a, b), dtype: "bool" }, "not differentiable");
}

export function greaterOrEqual(a: Tensor, b: Tensor): Tensor {
  return primitive("GreaterOrEqual", [a, b], { ...broadcast(a, b), dtype: "bool" }, "not differentiable");
}

export function and(a: Tensor, b: Tensor): Tensor {
  return primitive("And", [a, b], broadcast(a, b), "not differentiable");
}

/** XOR of integers. */
export function bitwiseXor(a: Tensor, b: Tensor): Tensor {
  return primitive("BitwiseXor", [a, b], broadcast(a, b), "not differentiable");
}

/** Converts between number types. No gradient flows through it. */
export function cast(x: Tensor, dtype: "float32" | "float16" | "int64" | "int32" | "bool"): Tensor {
  const onnxType: Partial<Record<DataType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 };
  const options = { attributes: { to: onnxType[dtype]! } };
  return primitive("Cast", [x], { dtype, shape: x.shape }, "not differentiable", options);
}

/** Selects `a` where `condition` holds, `b` elsewhere. The gradient flows to the selected elements. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape));
  return primitive("Where", [condition, a, b], { dtype: a.dtype, shape }, (dy) => {
    const [toA, toB] = [where(condition, dy, scalar(0)), where(condition, scalar(0), dy)];
    return [null, sumTo(toA, a.shape), sumTo(toB, b.shape)];
  });
}

function broadcast(a: Tensor, b: Tensor): TensorType {
  return { dtype: a.dtype, shape: broadcastShape(a.shape, b.shape) };
}
