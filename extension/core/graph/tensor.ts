/**
 * The graph as a value: immutable tensors that know the node they came from, and nothing else.
 *
 * A graph is just its output tensors. Nothing is registered anywhere and nothing mutates; names are given when the
 * graph is written as ONNX. So building, differentiating, lowering and printing are plain functions over values.
 */

import type { ByteRange } from "./storage.ts";

/** A size known now, or a name such as "sequence" for one that is known at run time. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];
export type DataType = "float32" | "float16" | "int64" | "int32" | "bool" | "uint8" | "uint4";

export interface TensorType {
  readonly dtype: DataType;
  readonly shape: Shape;
}

export interface Tensor extends TensorType {
  readonly node: Node;
  /** Which output of the node this is. */
  readonly index: number;
}

/** What a constant holds: a JavaScript array per data type. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** An ONNX attribute. A plain number is an integer; a real number says so. */
export type Attribute = number | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Gradients of the outputs (null where nothing flows) → gradients of the inputs (null where nothing may flow). */
export type Gradient = (dys: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

/** A share of somebody's gradient: this much flows into that tensor. */
export type Contribution = readonly [target: Tensor, gradient: Tensor];

/** A tensor that the graph is given: fed at run time, built in, or lying in the base's weight file. */
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

/** One ONNX node, with the rule that differentiates it. */
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

/** What models speak in. Its expansion is its meaning, and gives its gradient for free. */
export interface Composite {
  readonly kind: "composite";
  readonly op: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly outputs: readonly Tensor[];
  /** The same value in simpler ops; computed once, so that all who ask share it. */
  readonly expand: () => readonly Tensor[];
  /** A faster form of the same value, for a graph that is never differentiated. */
  readonly inference?: () => readonly Tensor[];
  /** A faster form of the forward value for a training graph; comes with `backward`. */
  readonly training?: () => readonly Tensor[];
  /** A hand-written gradient, where it beats that of the expansion. `wrt` are the tensors whose gradients are asked for. */
  readonly backward?: (dys: readonly (Tensor | null)[], wrt: readonly Tensor[]) => readonly Contribution[];
}

export type Node = Leaf | Primitive | Composite;

/** A tensor that is fed at run time under `name`. */
export function input(name: string, dtype: DataType, shape: Shape): Tensor {
  return leaf({ op: "input", name }, { dtype, shape });
}

/** A tensor whose values are part of the graph. */
export function constant(data: ConstantData, shape: readonly number[], dtype: DataType = dtypeOf(data)): Tensor {
  return leaf({ op: "constant", data }, { dtype, shape });
}

/** A tensor whose bytes lie in the base's weight file. Two may name the same bytes with other shapes or types. */
export function external(name: string, dtype: DataType, shape: readonly number[], range: ByteRange): Tensor {
  return leaf({ op: "external", name, range }, { dtype, shape });
}

/** A float32 scalar. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

/** A vector of int64, as ONNX wants its shapes, axes and bounds. */
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

/** A node with one output. The rule is not optional: an op says how it is differentiated, or that it is not. */
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

/** A node with several outputs. */
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

/** A composite with one output; {@link composites} for several. */
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
 * A composite with several outputs. Their types are those of its expansion, unless given: then the expansion is only
 * built if somebody asks for it, since it may need sizes that this graph leaves open.
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
