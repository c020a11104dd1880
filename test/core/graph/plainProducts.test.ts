/** Products without FusedMatMul equal those with it, and no graph for WebGPU has one. */

import { describe, expect, test } from "vitest";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { isEncoderDecoder } from "../../../extension/core/architectures/config.ts";
import { storedWeights } from "../../../extension/core/architectures/storedWeights.ts";
import { withPlainProducts } from "../../../extension/core/graph/plainProducts.ts";
import { matMul } from "../../../extension/core/graph/primitives/matrix.ts";
import { encoderDecoderGraphs } from "../../../extension/core/inference/graphs/encoderDecoderGraphs.ts";
import { inferenceGraph } from "../../../extension/core/inference/graphs/inferenceGraph.ts";
import type { OnnxModel } from "../../../extension/core/onnx/encode.ts";
import { trainingGraph } from "../../../extension/core/training/graph/trainingGraph.ts";
import { loadFixture } from "../architectures/fixtures.ts";
import { trainedModels } from "../training/fiftySteps.ts";
import { compiled, relativeError, Variables } from "./evaluate.ts";

describe("withPlainProducts", () => {
  test.each([
    { a: [3, 4], b: [5, 4], options: { transposeB: true } },
    { a: [4, 3], b: [4, 5], options: { transposeA: true, alpha: 0.5 } },
    { a: [2, 3, 4], b: [5, 4], options: { transposeB: true, alpha: 2 } },
    { a: [2, 4, 3], b: [4, 5], options: { transposeA: true } },
    { a: [1, 2, 3, 4], b: [2, 2, 5, 4], options: { transposeB: true, alpha: 0.25 } },
    { a: [2, 4, 3], b: [2, 5, 4], options: { transposeA: true, transposeB: true } },
    { a: [2, 3, 4], b: [2, 4, 5], options: { alpha: 3 } },
  ])("$a times $b, $options", async ({ a, b, options }) => {
    const variables = new Variables();
    const product = matMul(variables.normal(...a), variables.normal(...b), options);
    const [plain] = withPlainProducts([product]);
    expect(plain!.shape).toEqual(product.shape);
    expect(plain!.node).not.toBe(product.node);
    const [expected] = await (await compiled([product], "expanded"))(variables.feeds);
    const [found] = await (await compiled([plain!], "expanded"))(variables.feeds);
    expect(relativeError(found!, expected!)).toBeLessThan(1e-6);
  });
});

describe("graphs for WebGPU", () => {
  const hasFused = ({ bytes }: OnnxModel): boolean => Buffer.from(bytes).includes("FusedMatMul");

  test.each(trainedModels)("of %s have no FusedMatMul; those for the CPU do", async (model) => {
    const { config, tensors } = await loadFixture(model);
    const weights = storedWeights(tensors);
    const modules = moduleShapes(config);
    const targets = new Set(modules.keys());
    const changes = new Set([...targets].map((path) => `${path} lowRank`));
    const shape = { rows: 1, length: 8, checkpointing: true, ...(isEncoderDecoder(config) && { encoderLength: 8 }) };
    const graphs = (device: "cpu" | "webgpu"): OnnxModel[] => {
      const trained = { config, weights, weightFile: "w", modules };
      const spec = { method: "lora", targets, rank: 2, scaling: 1, dropout: 0 } as const;
      const training = trainingGraph(trained, spec, shape, "gradients", device).model;
      if (!isEncoderDecoder(config)) return [training, inferenceGraph(config, weights, "w", device, changes).model];
      const { encoder, decoder } = encoderDecoderGraphs(config, weights, "w", device, changes);
      return [training, encoder().model, decoder().model];
    };
    expect(graphs("cpu").every(hasFused)).toBe(true);
    expect(graphs("webgpu").some(hasFused)).toBe(false);
  });
});
