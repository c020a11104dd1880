/** Lowers composites to the primitives that ONNX Runtime runs. */

import type { Composite, Node, Primitive, Tensor } from "./tensor.ts";
import { nodesInOrder } from "./walk.ts";

/**
 * The replacement of composites:
 * - "inference": the fused form, if there is one;
 * - "training": the forward form that belongs to the hand-written gradient, if there is one;
 * - "expanded": always the expansion, which is the reference in tests of the other two.
 */
export type Lowering = "inference" | "training" | "expanded";

/** Returns the same values without composites. Shared subgraphs stay shared. */
export function lower(outputs: readonly Tensor[], lowering: Lowering): readonly Tensor[] {
  const replaced = new Map<Composite, readonly Tensor[]>();
  const replacement = (node: Composite): readonly Tensor[] => {
    const known = replaced.get(node);
    if (known) return known;
    const form = (lowering === "expanded" ? undefined : node[lowering]) ?? node.expand;
    const tensors = form();
    replaced.set(node, tensors);
    return tensors;
  };
  const order = nodesInOrder(outputs, (node) => (node.kind === "composite" ? replacement(node) : node.inputs));
  const lowered = new Map<Node, readonly Tensor[]>();
  const resolve = (tensor: Tensor): Tensor => lowered.get(tensor.node)![tensor.index]!;
  for (const node of order) {
    if (node.kind === "composite") lowered.set(node, replacement(node).map(resolve));
    else if (node.kind === "primitive")
      lowered.set(
        node,
        withInputs(
          node,
          node.inputs.map((x) => x && resolve(x)),
        ),
      );
    else lowered.set(node, node.outputs);
  }
  return outputs.map(resolve);
}

/**
 * Copies a node with other inputs. The gradient rule refers to the old inputs, so it is dropped: differentiate first,
 * then lower.
 */
export function withInputs(node: Primitive, inputs: readonly (Tensor | null)[]): readonly Tensor[] {
  if (inputs.every((x, i) => x === node.inputs[i])) return node.outputs;
  const outputs: Tensor[] = [];
  const copy: Primitive = { ...node, inputs, outputs, gradient: "not differentiable" };
  for (const output of node.outputs) outputs.push({ ...output, node: copy });
  return outputs;
}
