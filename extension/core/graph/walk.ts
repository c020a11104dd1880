/** The order of a graph: every node after those it depends on. */

import type { Node, Tensor } from "./tensor.ts";

/**
 * All nodes that `outputs` depend on, each once and after its own dependencies. Without recursion, since a deep model is
 * a chain of thousands of nodes.
 *
 * @param dependencies what must come before a node; its inputs, if a caller does not see it otherwise.
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
