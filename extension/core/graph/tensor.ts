/**
 * The graph as a value: immutable tensors that know only the node that produces them.
 *
 * A graph is just its output tensors. There is no registry and no mutation; names are assigned when the graph is
 * encoded as ONNX. Building, differentiating, lowering and printing are therefore plain functions over values.
 */

import type { ByteRange } from "./storage.ts";

/** A known size, or a name such as "sequence" for a size that is known at run time. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];
export type DataType = "float32" | "float16" | "int64" | "int32" | "bool" | "uint8" | "uint4";

export interface TensorType {
  readonly dtype: DataType;
  readonly shape: Shape;
}

export interface Tensor extends TensorType {
  readonly node: Node;
  /** The index among the node's outputs. */
  readonly index: number;
}

/** The data of a constant: one JavaScript array type per data type. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** An ONNX attribute. A plain number is an integer; real numbers are wrapped. */
export type Attribute = number | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Maps gradients of the outputs (null if none arrives) to gradients of the inputs (null if none may flow). */
export type Gradient = (dys: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

/** A contribution to the gradient of a tensor. */
export type Contribution = readonly [target: Tensor, gradient: Tensor];

/** A source of tensors: an input fed at run time, a constant, or a range of the base's weight file. */
export interface Leaf {
  readonly kind: "leaf";
  readonly op: "input" | "constant" | "external";
  readonly inputs: readonly [];
  readonly outputs: readonly Tensor[];
  /** For inputs and externals. */
  readonly name?: string;
  /** For constants. */
  readonly data?: ConstantData;
  /** For externals. */
  readonly range?: ByteRange;
}

/** One ONNX node with its gradient rule. */
export interface Primitive {
  readonly kind: "primitive";
  /** The ONNX operator's name. */
  readonly op: string;
  readonly domain: "" | "com.microsoft";
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
  readonly gradient: Gradient | "not differentiable";
}

/**
 * An op of the model level. Its expansion into simpler ops defines its meaning, and its gradient unless one is written
 * by hand.
 */
export interface Composite {
  readonly kind: "composite";
  readonly op: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly outputs: readonly Tensor[];
  /** Returns the same value in simpler ops. Built once and shared. */
  readonly expand: () => readonly Tensor[];
  /** Returns a faster form of the same value for graphs that are not differentiated. */
  readonly inference?: () => readonly Tensor[];
  /** Returns a faster form of the forward value for training graphs; requires `backward`. */
  readonly training?: () => readonly Tensor[];
  /** A hand-written gradient that is better than the expansion's. `wrt` are the tensors whose gradients are requested. */
  readonly backward?: (dys: readonly (Tensor | null)[], wrt: readonly Tensor[]) => readonly Contribution[];
}

export type Node = Leaf | Primitive | Composite;

/** Returns a tensor that is fed at run time under `name`. */
export function input(name: string, dtype: DataType, shape: Shape): Tensor {
  return leaf({ op: "input", name }, { dtype, shape });
}

/** Returns a tensor whose values are part of the graph. */
export function constant(data: ConstantData, shape: readonly number[], dtype: DataType = dtypeOf(data)): Tensor {
  return leaf({ op: "constant", data }, { dtype, shape });
}

/** Returns a tensor from the base's weight file. Two tensors may refer to the same bytes with different shapes or types. */
export function external(name: string, dtype: DataType, shape: readonly number[], range: ByteRange): Tensor {
  return leaf({ op: "external", name, range }, { dtype, shape });
}

/** Returns a float32 scalar. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

/** Returns a vector of int64, ONNX's type for shapes, axes and bounds. */
export function integers(...values: number[]): Tensor {
  return constant(BigInt64Array.from(values, BigInt), [values.length]);
}

function leaf(fields: Omit<Leaf, "kind" | "inputs" | "outputs">, { dtype, shape }: TensorType): Tensor {
  const outputs: Tensor[] = [];
  const node: Leaf = { ...fields, kind: "leaf", inputs: [], outputs };
  outputs.push({ node, index: 0, dtype, shape });
  return outputs[0]!;
}

export interface PrimitiveOptions {
  readonly attributes?: Attributes;
  readonly domain?: "com.microsoft";
}

/** Creates a node with one output. Every op states its gradient rule, or that it is not differentiable. */
export function primitive(
  op: string,
  inputs: readonly (Tensor | null)[],
  type: TensorType,
  gradient: ((dy: Tensor) => readonly (Tensor | null)[]) | "not differentiable",
  options: PrimitiveOptions = {},
): Tensor {
  const rule: Primitive["gradient"] = gradient === "not differentiable" ? gradient : ([dy]) => gradient(dy!);
  return primitives(op, inputs, [type], rule, options)[0]!;
}

/** Creates a node with several outputs. */
export function primitives(
  op: string,
  inputs: readonly (Tensor | null)[],
  types: readonly TensorType[],
  gradient: Primitive["gradient"],
  { attributes = {}, domain }: PrimitiveOptions = {},
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const node: Primitive = { kind: "primitive", op, domain: domain ?? "", inputs, attributes, outputs, gradient };
  for (const [index, { dtype, shape }] of types.entries()) outputs.push({ node, index, dtype, shape });
  return outputs;
}

/** Creates a composite with one output; see {@link composites} for several. */
export function composite(
  op: string,
  inputs: readonly (Tensor | null)[],
  forms: {
    readonly expand: () => Tensor;
    readonly inference?: () => Tensor;
    readonly training?: () => Tensor;
    readonly gradient?: (dy: Tensor) => readonly (Tensor | null)[];
  },
  type?: TensorType,
): Tensor {
  const { expand, inference, training, gradient } = forms;
  const contributions = (dy: Tensor): Contribution[] =>
    gradient!(dy).flatMap((d, i): Contribution[] => {
      const target = inputs[i];
      return d && target ? [[target, d]] : [];
    });
  return composites(
    op,
    inputs,
    {
      expand: () => [expand()],
      ...(inference && { inference: () => [inference()] }),
      ...(training && { training: () => [training()] }),
      ...(gradient && { backward: ([dy]) => contributions(dy!) }),
    },
    type && [type],
  )[0]!;
}

/**
 * Creates a composite with several outputs. Their types default to those of the expansion. If types are given, the
 * expansion is built only on demand, because it may need sizes that this graph leaves open.
 */
export function composites(
  op: string,
  inputs: readonly (Tensor | null)[],
  forms: Pick<Composite, "expand" | "inference" | "training" | "backward">,
  types?: readonly TensorType[],
): readonly Tensor[] {
  let expansion: readonly Tensor[] | undefined;
  const expand = (): readonly Tensor[] => (expansion ??= forms.expand());
  const outputs: Tensor[] = [];
  const node: Composite = { ...forms, kind: "composite", op, inputs, outputs, expand };
  for (const [index, { dtype, shape }] of (types ?? expand()).entries()) outputs.push({ node, index, dtype, shape });
  return outputs;
}

function dtypeOf(data: ConstantData): DataType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return "uint8";
}
