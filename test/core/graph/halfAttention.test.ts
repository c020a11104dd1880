/** Graphs for CUDA compute attention in float16 but take and return float32, and give the same results as those for the CPU. */

import { describe, expect, test } from "vitest";
import { isEncoderDecoder } from "../../../extension/core/architectures/config.ts";
import { storedWeights } from "../../../extension/core/architectures/storedWeights.ts";
import { masked } from "../../../extension/core/graph/composites/attention.ts";
import { withHalfAttention } from "../../../extension/core/graph/halfAttention.ts";
import { groupQueryAttention } from "../../../extension/core/graph/primitives/fused.ts";
import { constant, type Tensor } from "../../../extension/core/graph/tensor.ts";
import { nodesInOrder } from "../../../extension/core/graph/walk.ts";
import { inferenceGraph } from "../../../extension/core/inference/graphs/inferenceGraph.ts";
import type { Device } from "../../../extension/core/runtime/device.ts";
import { loadFixture } from "../architectures/fixtures.ts";
import { compiled, randomValues, relativeError, Variables } from "./evaluate.ts";

const [past, length, headSize] = [5, 3, 16];

const total = past + length;

/** Hides two tokens of the cache from the first new one. */
const maskOf = (x: Variables): Tensor =>
  x.with([1, 1, length, total], (i) => (i < 2 || i % total > past + Math.floor(i / total) ? masked : 0));

/** Three tokens over a cache of five. */
function attended(x: Variables, mask: Tensor): readonly Tensor[] {
  const table = constant(randomValues([16, headSize / 2]), [16, headSize / 2]);
  const inputs = {
    qkv: x.normal(1, length, 8 * headSize),
    pastKey: x.normal(1, 2, past, headSize),
    pastValue: x.normal(1, 2, past, headSize),
    lastPositions: constant(Int32Array.of(total - 1), [1]),
    totalLength: constant(Int32Array.of(total), []),
    positions: constant(BigInt64Array.of(5n, 6n, 7n), [1, length]),
    mask,
    rotary: { cosines: table, sines: table, interleaved: false },
    rotatesApart: true,
  };
  return groupQueryAttention(inputs, { heads: 4, kvHeads: 2, headSize }, total);
}

describe("withHalfAttention", () => {
  test("computes the same but for rounding, and keeps the types of the graph", async () => {
    const variables = new Variables();
    const exact = attended(variables, maskOf(variables));
    const half = withHalfAttention(exact);
    expect(half.map(({ dtype, shape }) => [dtype, shape])).toEqual(exact.map(({ dtype, shape }) => [dtype, shape]));
    const [expected, found] = [
      await (await compiled(exact, "inference"))(variables.feeds),
      await (await compiled(half, "inference"))(variables.feeds),
    ];
    const errors = expected.map((values, i) => relativeError(found[i]!, values));
    expect(Math.max(...errors)).toBeLessThan(2e-3);
    // It did compute in float16.
    expect(Math.min(...errors)).toBeGreaterThan(1e-6);
  });

  test("converts a mask once for all layers", () => {
    const variables = new Variables();
    const mask = maskOf(variables);
    const layers = [attended(variables, mask)[0]!, attended(variables, mask)[0]!];
    const limited = nodesInOrder(withHalfAttention(layers)).filter(
      (node) => node.kind === "primitive" && node.op === "Max",
    );
    expect(limited).toHaveLength(1);
  });
});

describe("graphs for CUDA", () => {
  test.each(["llama", "qwen2", "starcoder2"])("of %s convert what attention reads and writes", async (model) => {
    const { config, tensors } = await loadFixture(model);
    if (isEncoderDecoder(config)) throw new Error("not for models with an encoder");
    const count = (device: Device, word: string): number => {
      const { bytes } = inferenceGraph(config, storedWeights(tensors), "w", device, new Set()).model;
      return Buffer.from(bytes).toString("latin1").split(word).length;
    };
    expect(count("cuda", "Cast")).toBeGreaterThan(count("cpu", "Cast") + 8 * config.layers);
    // The shapes of both caches of each layer are stated, so that ONNX Runtime does not compute them in the buffers of the old ones.
    expect(count("cuda", "past+sequence")).toBe(count("cpu", "past+sequence") + 2 * config.layers);
  });
});
