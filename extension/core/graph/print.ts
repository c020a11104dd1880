/** Prints a graph as text, one line per node, to read it and to compare graphs in tests. */

import { showShape } from "./shape.ts";
import type { Attribute, ConstantData, Node, Tensor } from "./tensor.ts";
import { nodesInOrder } from "./walk.ts";

/** Returns lines such as `%3 [2, 8] = MatMul(%1, %2)` in dependency order. Composites are not expanded. */
export function print(outputs: readonly Tensor[]): string {
  const names = new Map<Tensor, string>();
  const name = (tensor: Tensor | null): string => (tensor ? (names.get(tensor) ?? "?") : "_");
  const lines = nodesInOrder(outputs).map((node) => {
    for (const output of node.outputs) names.set(output, `%${names.size}`);
    const results = node.outputs.map((output) => `${name(output)} ${showShape(output.shape)}`).join(", ");
    return `${results} = ${node.op}(${node.inputs.map(name).join(", ")})${details(node)}`;
  });
  return [...lines, `return ${outputs.map(name).join(", ")}`].join("\n");
}

function details(node: Node): string {
  if (node.kind === "composite") return "";
  if (node.kind === "leaf") return node.data ? ` ${values(node.data)}` : ` "${node.name}"`;
  const shown = Object.entries(node.attributes).map(([key, value]) => `${key}=${show(value)}`);
  return shown.length > 0 ? ` ${shown.join(" ")}` : "";
}

function values(data: ConstantData): string {
  return data.length <= 8 ? `{${[...data].join(", ")}}` : "{…}";
}

function show(value: Attribute): string {
  if (typeof value !== "object") return String(value);
  return "float" in value ? String(value.float) : `[${value.join(",")}]`;
}
