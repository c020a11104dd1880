/** Reverse-mode differentiation: one walk in reverse graph order that applies each node's gradient rule. */

import { internalError } from "../foundation/errors.ts";
import { add } from "./primitives/elementwise.ts";
import type { Contribution, Node, Tensor } from "./tensor.ts";
import { nodesInOrder } from "./walk.ts";

/**
 * Returns Σ over `seeds` of gradient · ∂tensor/∂w for every w in `wrt`; null if nothing depends on w.
 *
 * The tensors of `wrt` count as independent: the walk stops at each. It follows only paths that reach one of them, so
 * frozen weights cost nothing.
 *
 * @throws an internal error if a path to `wrt` contains an op that is not differentiable.
 */
export function gradients(seeds: readonly Contribution[], wrt: readonly Tensor[]): readonly (Tensor | null)[] {
  const independent = new Set(wrt);
  const order = nodesInOrder(
    seeds.map(([tensor]) => tensor),
    (node) => (node.outputs.some((output) => independent.has(output)) ? [] : dependencies(node)),
  );
  const reaching = reachingNodes(order, independent);
  const collected = new Map<Tensor, Tensor>();
  const contribute = ([target, gradient]: Contribution): void => {
    if (!reaching.has(target.node)) return;
    const before = collected.get(target);
    collected.set(target, before ? add(before, gradient) : gradient);
  };
  seeds.forEach(contribute);
  for (const node of order.toReversed()) {
    if (!reaching.has(node) || node.outputs.some((output) => independent.has(output))) continue;
    const dys = node.outputs.map((output) => collected.get(output) ?? null);
    if (dys.every((dy) => dy === null)) continue;
    contributions(node, dys, wrt).forEach(contribute);
    // A gradient that has been passed on is no longer needed, and can be freed.
    for (const output of node.outputs) collected.delete(output);
  }
  return wrt.map((tensor) => collected.get(tensor) ?? null);
}

/** Returns the tensors that a node's gradient may flow into: for a composite, its inputs and its expansion. */
function dependencies(node: Node): readonly (Tensor | null)[] {
  return node.kind === "composite" ? [...node.inputs, ...node.expand()] : node.inputs;
}

function reachingNodes(order: readonly Node[], independent: ReadonlySet<Tensor>): ReadonlySet<Node> {
  const reaching = new Set<Node>();
  for (const node of order) {
    const starts = node.outputs.some((output) => independent.has(output));
    if (starts || dependencies(node).some((tensor) => tensor && reaching.has(tensor.node))) reaching.add(node);
  }
  return reaching;
}

function contributions(node: Node, dys: readonly (Tensor | null)[], wrt: readonly Tensor[]): readonly Contribution[] {
  const paired = (targets: readonly (Tensor | null)[], values: readonly (Tensor | null)[]): Contribution[] =>
    targets.flatMap((target, i): Contribution[] => {
      const gradient = values[i];
      return target && gradient ? [[target, gradient]] : [];
    });
  if (node.kind === "leaf") return [];
  if (node.kind === "composite") return node.backward ? node.backward(dys, wrt) : paired(node.expand(), dys);
  if (node.gradient === "not differentiable") throw internalError(`${node.op} is not differentiable`);
  return paired(node.inputs, node.gradient(dys));
}
