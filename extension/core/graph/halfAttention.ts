/**
 * Lets GroupQueryAttention compute in float16, for devices whose kernel supports no other type. Otherwise it would run on the CPU, in
 * the middle of each layer. The inputs and outputs of the graph keep their types.
 */

import { cast } from "./primitives/elementwise.ts";
import { replaceNodes } from "./replaceNodes.ts";
import { primitive, primitives, scalar, type Tensor } from "./tensor.ts";

/** The mask among the inputs of GroupQueryAttention. */
const maskInput = 10;

/** Far below every score, but finite in float16. */
const lowest = -30_000;

/** @param outputs a lowered graph, which will not be differentiated */
export function withHalfAttention(outputs: readonly Tensor[]): readonly Tensor[] {
  const halves = new Map<Tensor, Tensor>();
  /** All layers share the mask. */
  const half = (x: Tensor, isMask: boolean): Tensor => {
    const known = halves.get(x);
    if (known) return known;
    const limited = isMask ? primitive("Max", [x, scalar(lowest)], x, "not differentiable") : x;
    const found = cast(limited, "float16");
    halves.set(x, found);
    return found;
  };
  return replaceNodes(outputs, (node, inputs) => {
    if (node.op !== "GroupQueryAttention") return undefined;
    const narrow = inputs.map((x, i) => (x?.dtype === "float32" ? half(x, i === maskInput) : x));
    const types = node.outputs.map(({ shape }) => ({ dtype: "float16" as const, shape }));
    const { attributes } = node;
    const attended = primitives(node.op, narrow, types, "not differentiable", { domain: "com.microsoft", attributes });
    return attended.map((y) => cast(y, "float32"));
  });
}
