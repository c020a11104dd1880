/** Topological order of a graph: every node comes after its dependencies. */

import type { Node, Tensor } from "./tensor.ts";

/**
 * Returns all nodes that `outputs` depend on, each once and after its dependencies. Does not recurse, because a deep
 * model is a chain of thousands of nodes.
 *
 * @param dependencies returns the tensors that must come before a node; by default its inputs
 */
export function nodesInOrder(
  outputs: readonly Tensor[],
  dependencies: (node: Node) => readonly (Tensor | null)[] = (node) => node.inputs,
): readonly Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const pending: { node: Node; left: Node[] }[] = [];
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const left = dependencies(node).flatMap((tensor) => (tensor ? [tensor.node] : []));
    pending.push({ node, left: left.reverse() });
  };
  for (const output of outputs) {
    visit(output.node);
    for (let top = pending.at(-1); top; top = pending.at(-1)) {
      const next = top.left.pop();
      if (next) visit(next);
      else order.push(pending.pop()!.node);
    }
  }
  return order;
}
