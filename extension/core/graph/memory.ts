/**
 * Plans the memory of a lowered graph from the graph alone: which tensors are alive at the same time, in the order in
 * which ONNX Runtime computes them. Weights and inputs do not count, because they are always in memory.
 */

import { internalError } from "../foundation/errors.ts";
import type { DataType, Node, Primitive, Shape, Tensor } from "./tensor.ts";
import { nodesInOrder } from "./walk.ts";

/**
 * A segment of the graph, and the peak of live bytes while it is computed: its own, and those that other segments still
 * need.
 */
export interface SegmentMemory {
  readonly name: string;
  readonly bytes: number;
}

export interface MemoryOptions {
  /** The values of named sizes, such as the number of labels. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Returns the name of the segment that starts at a node, or null to continue the current one. */
  readonly segmentOf: (node: Primitive) => string | null;
}

/** Returns the segments in the order of computation. A segment with a forward and a backward pass is listed twice. */
export function plannedMemory(outputs: readonly Tensor[], options: MemoryOptions): readonly SegmentMemory[] {
  const order = runtimeOrder(outputs);
  const buffers = new Map<Tensor, Buffer>();
  for (const node of order) {
    for (const tensor of node.outputs) {
      const shared = isView(node) ? buffers.get(node.inputs[0]!) : undefined;
      buffers.set(tensor, shared ?? { bytes: bytesOf(tensor, options.sizes), users: 0 });
    }
  }
  const known = (tensors: readonly (Tensor | null)[]): Buffer[] => [
    ...new Set(tensors.flatMap((tensor) => (tensor && buffers.get(tensor)) ?? [])),
  ];
  for (const node of order) for (const buffer of known(node.inputs)) buffer.users++;
  // The outputs stay alive for the caller.
  for (const buffer of known(outputs)) buffer.users++;

  const segments: { name: string; bytes: number }[] = [];
  let live = 0;
  for (const node of order) {
    const name = options.segmentOf(node) ?? segments.at(-1)?.name ?? "";
    if (segments.at(-1)?.name !== name) segments.push({ name, bytes: 0 });
    const own = isView(node) ? [] : known(node.outputs);
    const done = known(node.inputs).filter((buffer) => --buffer.users === 0);
    const released = done.reduce((sum, { bytes }) => sum + bytes, 0);
    const made = own.reduce((sum, { bytes }) => sum + bytes, 0);
    // Elementwise ops write in place into an input of the same size without other users.
    const inPlace = elementwise.has(node.op) && done.some(({ bytes }) => bytes === made);
    const during = live + (inPlace ? 0 : made);
    const segment = segments.at(-1)!;
    segment.bytes = Math.max(segment.bytes, during);
    live += made - released;
    // Outputs without users are freed at once.
    live -= own.filter(({ users }) => users === 0).reduce((sum, { bytes }) => sum + bytes, 0);
  }
  return segments;
}

interface Buffer {
  readonly bytes: number;
  /** The number of nodes that have not read the buffer yet. */
  users: number;
}

const elementwise: ReadonlySet<string> = new Set(
  "Add Sub Mul Div Neg Sqrt Reciprocal Exp Log Sigmoid Relu Where Softmax LogSoftmax".split(" "),
);

function isView(node: Node): boolean {
  return node.op === "Reshape" && node.inputs[0]?.node.kind !== "leaf";
}

/**
 * Returns the nodes in the runtime's order. The runtime walks back from the results, last one first, and visits the
 * inputs of a node in reverse order of their nodes in the file (`Graph::ReverseDFSFrom` of
 * onnxruntime/core/graph/graph.cc).
 */
function runtimeOrder(outputs: readonly Tensor[]): readonly Primitive[] {
  const places = new Map(nodesInOrder(outputs).map((node, place) => [node, place]));
  const order: Primitive[] = [];
  const visited = new Set<Node>();
  const stack: { node: Node; leave: boolean }[] = outputs.map(({ node }) => ({ node, leave: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, leave } = top;
    if (node.kind === "composite") throw internalError(`lower ${node.op} first`);
    if (node.kind === "leaf") continue;
    if (leave) order.push(node);
    if (leave || visited.has(node)) continue;
    visited.add(node);
    stack.push({ node, leave: true });
    const inputs = new Set(node.inputs.flatMap((tensor) => tensor?.node ?? []));
    for (const input of [...inputs].sort((a, b) => places.get(a)! - places.get(b)!)) {
      if (!visited.has(input)) stack.push({ node: input, leave: false });
    }
  }
  return order;
}

const bytesPerElement: Record<DataType, number> = {
  float32: 4,
  float16: 2,
  int64: 8,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint4: 0.5,
};

function bytesOf({ dtype, shape }: Tensor, sizes: MemoryOptions["sizes"]): number {
  return bytesPerElement[dtype] * sizeOf(shape, sizes);
}

/** Returns the element count. Named sizes may be products, as in flattened shapes: "labels*28". */
function sizeOf(shape: Shape, sizes: MemoryOptions["sizes"]): number {
  const factors = shape.flatMap((dimension) => String(dimension).split("*"));
  return factors.reduce((product, factor) => {
    const value = Number(sizes[factor] ?? factor);
    if (Number.isNaN(value)) throw internalError(`the size ${factor} is not known`);
    return product * value;
  }, 1);
}
