import { describe, expect, test } from "vitest";
import { checkpoint } from "../../../extension/core/graph/gradientCheckpointing.ts";
import { gradients } from "../../../extension/core/graph/gradients.ts";
import { lower } from "../../../extension/core/graph/lower.ts";
import { plannedMemory } from "../../../extension/core/graph/memory.ts";
import { add, sigmoid } from "../../../extension/core/graph/primitives/elementwise.ts";
import { matMul } from "../../../extension/core/graph/primitives/matrix.ts";
import { input, type Tensor } from "../../../extension/core/graph/tensor.ts";

const x = input("x", "float32", ["rows", 10]);
const w = (layer: number): Tensor => input(`layer.${layer}`, "float32", [10, 10]);
const options = {
  sizes: { rows: 100 },
  segmentOf: ({ inputs }: { inputs: readonly (Tensor | null)[] }) => {
    const names = inputs.map((tensor) => (tensor?.node.kind === "leaf" ? tensor.node.name : undefined));
    return names.find((name) => name?.startsWith("layer")) ?? null;
  },
};
/** A tensor [rows, 10] of floats. */
const one = 4000;

describe("plannedMemory", () => {
  test("counts what is alive together: inputs not, what is waited for and what is written", () => {
    const y = matMul(matMul(x, w(0)), w(1));
    expect(plannedMemory([y], options)).toEqual([
      { name: "layer.0", bytes: one },
      { name: "layer.1", bytes: 2 * one },
    ]);
  });

  test("lets an elementwise op write into its input, unless somebody else waits for that", () => {
    const y = matMul(x, w(0));
    expect(plannedMemory([sigmoid(y)], options)).toEqual([{ name: "layer.0", bytes: one }]);
    const kept = plannedMemory([add(y, matMul(sigmoid(y), w(1)))], options);
    expect(kept.at(-1)).toEqual({ name: "layer.1", bytes: 3 * one });
  });

  test("keeps results to the end", () => {
    const first = matMul(x, w(0));
    const bytes = plannedMemory([first, matMul(matMul(first, w(1)), w(2))], options).map((segment) => segment.bytes);
    expect(bytes).toEqual([one, 2 * one, 3 * one]);
  });

  test("shows what recomputing layers saves: their activations, but for the one at work", () => {
    const layers = 12;
    const peak = (recompute: boolean): number => {
      let h = x;
      for (let i = 0; i < layers; i++) {
        h = checkpoint([h], (start) => sigmoid(matMul(sigmoid(matMul(sigmoid(start), w(i))), w(i))), { recompute });
      }
      const found = gradients(
        [[h, input("dy", "float32", ["rows", 10])]],
        Array.from({ length: 1 }, () => x),
      );
      const lowered = lower(
        found.map((gradient) => gradient!),
        "training",
      );
      return Math.max(...plannedMemory(lowered, options).map(({ bytes }) => bytes));
    };
    // Three sigmoids a layer are kept for their gradients, or the input of each layer alone.
    expect(peak(false)).toBeGreaterThan((3 * layers - 2) * one);
    expect(peak(true)).toBeLessThan((layers + 8) * one);
  });
});
