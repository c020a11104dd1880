/** Encodes a lowered graph as the bytes of an ONNX model. */

import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { internalError } from "../foundation/errors.ts";
import type {
  Attribute,
  ConstantData,
  DataType,
  Leaf,
  Node,
  Primitive,
  Shape,
  Tensor,
  TensorType,
} from "../graph/tensor.ts";
import { nodesInOrder } from "../graph/walk.ts";

/** Field numbers and codes come from onnx.proto (IR version 10), opset 21 and com.microsoft 1. */
const irVersion = 10;
const opset = 21;
const typeCodes: Record<DataType, number> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  uint4: 21,
};

/** An ONNX model with its inputs and outputs. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly outputs: ReadonlyMap<string, TensorType>;
}

/**
 * Encodes the graph of `outputs`, which must not contain composites. Assigns names to intermediate tensors.
 *
 * @param weightFile the file next to the model that holds external tensors; their bytes are mapped, not copied
 */
export function encode(outputs: Readonly<Record<string, Tensor>>, weightFile: string): OnnxModel {
  const order = nodesInOrder(Object.values(outputs));
  const names = namesOf(order);
  const graph = new BinaryWriter();
  const inputs = new Map<string, TensorType>();
  const initialized = new Set<string>();
  for (const node of order) {
    if (node.kind === "composite") throw internalError(`cannot encode the composite ${node.op}: lower the graph first`);
    if (node.kind === "primitive") {
      message(graph, 1, (writer) => writeNode(writer, node, names));
    } else if (node.op === "input") {
      inputs.set(node.name!, node.outputs[0]!);
    } else {
      const name = names.get(node.outputs[0]!)!;
      if (initialized.has(name)) continue; // An equal constant has already been written.
      initialized.add(name);
      message(graph, 5, (writer) => writeInitializer(writer, node, name, weightFile));
    }
  }
  for (const [name, tensor] of Object.entries(outputs)) {
    message(graph, 1, (writer) => writeIdentity(writer, names.get(tensor)!, name));
  }
  graph.tag(2, 2).string("graft");
  for (const [name, type] of inputs) message(graph, 11, (writer) => writeValue(writer, name, type));
  for (const [name, type] of Object.entries(outputs)) message(graph, 12, (writer) => writeValue(writer, name, type));
  for (const tensor of order.flatMap(misjudged)) {
    message(graph, 13, (writer) => writeValue(writer, names.get(tensor)!, tensor));
  }
  const model = new BinaryWriter();
  model.tag(1, 0).int32(irVersion).tag(2, 2).string("graft").tag(7, 2).bytes(graph.finish());
  message(model, 8, (writer) => writer.tag(1, 2).string("").tag(2, 0).int64(opset));
  message(model, 8, (writer) => writer.tag(1, 2).string("com.microsoft").tag(2, 0).int64(1));
  return { bytes: model.finish(), inputs, outputs: new Map(Object.entries(outputs)) };
}

/**
 * Returns the tensors whose shapes must be stated. ONNX Runtime infers that GroupQueryAttention's present cache has the shape of its past
 * cache, and would then give both the same buffer, unless the past cache is an input of the graph.
 */
function misjudged({ kind, op, inputs, outputs }: Node): readonly Tensor[] {
  const isComputed = kind === "primitive" && op === "GroupQueryAttention" && inputs[3]?.node.kind !== "leaf";
  return isComputed ? outputs.slice(1) : [];
}

/** Assigns names to tensors. Equal constants share a name, and so become one initializer. */
function namesOf(order: readonly Node[]): ReadonlyMap<Tensor, string> {
  const names = new Map<Tensor, string>();
  const constants = new Map<string, string>();
  for (const node of order) {
    for (const output of node.outputs) {
      const fresh = `${node.op}_${names.size}`;
      if (node.kind !== "leaf") names.set(output, fresh);
      else if (!node.data) names.set(output, node.name!);
      else {
        const key = constantKey(node.data, output);
        names.set(output, constants.get(key) ?? fresh);
        if (!constants.has(key)) constants.set(key, fresh);
      }
    }
  }
  return names;
}

function constantKey(data: ConstantData, { dtype, shape }: TensorType): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return `${dtype}[${shape.join()}]${bytes.toString("base64")}`;
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, 2).fork();
  write(writer);
  writer.join();
}

function writeNode(writer: BinaryWriter, node: Primitive, names: ReadonlyMap<Tensor, string>): void {
  for (const tensor of node.inputs) writer.tag(1, 2).string(tensor ? names.get(tensor)! : "");
  for (const tensor of node.outputs) writer.tag(2, 2).string(names.get(tensor)!);
  writer.tag(3, 2).string(names.get(node.outputs[0]!)!).tag(4, 2).string(node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (attribute) => writeAttribute(attribute, name, value));
  }
  if (node.domain) writer.tag(7, 2).string(node.domain);
}

/** Writes an Identity that gives an output the caller's name. The tensor itself may be an input, or an output twice. */
function writeIdentity(writer: BinaryWriter, from: string, to: string): void {
  writer.tag(1, 2).string(from).tag(2, 2).string(to).tag(3, 2).string(`output:${to}`).tag(4, 2).string("Identity");
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  writer.tag(1, 2).string(name);
  if (typeof value === "number") writer.tag(3, 0).int64(value).tag(20, 0).int32(2);
  else if (typeof value === "string") writer.tag(4, 2).string(value).tag(20, 0).int32(3);
  else if ("float" in value) writer.tag(2, 5).float(value.float).tag(20, 0).int32(1);
  else {
    for (const item of value) writer.tag(8, 0).int64(item);
    writer.tag(20, 0).int32(7);
  }
}

function writeInitializer(writer: BinaryWriter, node: Leaf, name: string, weightFile: string): void {
  const { dtype, shape } = node.outputs[0]!;
  for (const size of shape) writer.tag(1, 0).int64(Number(size));
  writer.tag(2, 0).int32(typeCodes[dtype]).tag(8, 2).string(name);
  if (node.data) {
    writer.tag(9, 2).bytes(new Uint8Array(node.data.buffer, node.data.byteOffset, node.data.byteLength));
    return;
  }
  const { offset, length } = node.range!;
  for (const [key, value] of Object.entries({ location: weightFile, offset: `${offset}`, length: `${length}` })) {
    message(writer, 13, (entry) => entry.tag(1, 2).string(key).tag(2, 2).string(value));
  }
  writer.tag(14, 0).int32(1);
}

function writeValue(writer: BinaryWriter, name: string, { dtype, shape }: TensorType): void {
  writer.tag(1, 2).string(name);
  message(writer, 2, (type) => {
    message(type, 1, (tensor) => {
      tensor.tag(1, 0).int32(typeCodes[dtype]);
      message(tensor, 2, (dimensions) => writeDimensions(dimensions, shape));
    });
  });
}

function writeDimensions(writer: BinaryWriter, shape: Shape): void {
  for (const size of shape) {
    message(writer, 1, (dimension) => {
      if (typeof size === "number") dimension.tag(1, 0).int64(size);
      else dimension.tag(2, 2).string(size);
    });
  }
}
