/** Rebuilds a lowered graph with some of its nodes replaced. */

import { withInputs } from "./lower.ts";
import type { Node, Primitive, Tensor } from "./tensor.ts";
import { nodesInOrder } from "./walk.ts";

/**
 * @param outputs a lowered graph, which will not be differentiated
 * @param replacement returns the new outputs of a node, given its new inputs; undefined keeps the node
 */
export function replaceNodes(
  outputs: readonly Tensor[],
  replacement: (node: Primitive, inputs: readonly (Tensor | null)[]) => readonly Tensor[] | undefined,
): readonly Tensor[] {
  const replaced = new Map<Node, readonly Tensor[]>();
  const resolve = (tensor: Tensor): Tensor => replaced.get(tensor.node)![tensor.index]!;
  for (const node of nodesInOrder(outputs)) {
    if (node.kind !== "primitive") {
      replaced.set(node, node.outputs);
      continue;
    }
    const inputs = node.inputs.map((tensor) => tensor && resolve(tensor));
    replaced.set(node, replacement(node, inputs) ?? withInputs(node, inputs));
  }
  return outputs.map(resolve);
}
