/** A whole tiny model: its gradients against finite differences, and training against inference. */

import { basename, dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import type { Bits } from "../../../extension/core/baseModels/import/weightLayout.ts";
import type { DecoderConfig } from "../../../extension/core/architectures/config.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { storedWeights } from "../../../extension/core/architectures/storedWeights.ts";
import { openDecoder } from "../../../extension/core/inference/tree/decoder.ts";
import {
  floats,
  floatsOf,
  int32s,
  int64s,
  openSession,
  type RuntimeTensor,
} from "../../../extension/core/runtime/session.ts";
import type { Ia3Spec } from "../../../extension/core/adapters/methods/ia3.ts";
import type { LoraSpec } from "../../../extension/core/adapters/methods/lora.ts";
import type { MethodSpec } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { trainingGraph } from "../../../extension/core/training/graph/trainingGraph.ts";
import { relativeError } from "../graph/evaluate.ts";
import { tinyQwen2 } from "./tinyConfigs.ts";
import { tinyModel } from "./tinyModel.ts";

const config = readModelConfig(tinyQwen2) as DecoderConfig;
const modules = moduleShapes(config);
const shape = { rows: 2, length: 6 };
const paths = [...modules.keys()];
const lora: LoraSpec = {
  method: "lora",
  targets: new Set(paths.filter((path) => !path.endsWith("k_proj"))),
  rank: 2,
  scaling: 2,
  dropout: 0,
};
const ia3: Ia3Spec = {
  method: "ia3",
  targets: new Set(paths.filter((path) => !path.endsWith("k_proj"))),
  feedForward: new Set(paths.filter((path) => path.endsWith("down_proj"))),
};
const stacks = 1 as const;
const { kvHeads, headSize } = config.attention;
const prompt: MethodSpec = { method: "prompt", tokens: 3, hiddenSize: config.hiddenSize, stacks };
const prefix: MethodSpec = { method: "prefix", tokens: 3, layers: config.layers, kvHeads, headSize, stacks };
const methods: readonly MethodSpec[] = [lora, ia3, prompt, prefix, { method: "full" }];

/** Two packed sequences in the first row, one and padding in the second; the labels of five positions. */
const batch: Record<string, RuntimeTensor> = {
  ids: int64s(BigInt64Array.from([3, 5, 8, 13, 21, 34, 55, 89, 2, 4, 0, 0], BigInt), [2, 6]),
  positions: int64s(BigInt64Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 0, 1], BigInt), [2, 6]),
  segments: int32s(Int32Array.of(1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 0), [2, 6]),
  label_rows: int64s(BigInt64Array.from([0, 1, 3, 7, 8], BigInt), [5]),
  labels: int64s(BigInt64Array.from([5, 8, 21, 2, 4], BigInt), [5, 1]),
  weights: floats(new Float32Array(5).fill(0.2), [5, 1]),
};

function initialValues(
  parameters: readonly { name: string; shape: readonly number[] }[],
): Record<string, Float32Array> {
  const random = seededRandom(3, "parameters");
  const value = (name: string): number => (name.endsWith("ia3_l") ? 1 : 0) + 0.2 * random.normal();
  return Object.fromEntries(
    parameters.map(({ name, shape: [a = 1, b = 1] }) => [
      name,
      Float32Array.from({ length: a * b }, () => value(name)),
    ]),
  );
}

async function trainable(spec: MethodSpec, bits: Bits, checkpointing: boolean) {
  const { tensors, weightsPath } = tinyModel(config, bits);
  const model = { config, weights: storedWeights(tensors), weightFile: basename(weightsPath), modules };
  const graph = trainingGraph(model, spec, { ...shape, checkpointing }, "gradients");
  const forwardOnly = trainingGraph(model, spec, { ...shape, checkpointing }, "loss");
  const open = async ({ model: onnx }: typeof graph) =>
    await openSession(onnx, { purpose: "training", weightFolder: dirname(weightsPath) });
  const [session, lossSession] = [await open(graph), await open(forwardOnly)];
  const values = initialValues(graph.parameters);
  const feeds = (changed: Record<string, Float32Array> = {}): Record<string, RuntimeTensor> => {
    const all = { ...values, ...changed };
    const tensors = graph.parameters.map(({ name, shape: dims }) => [name, floats(all[name]!, dims)] as const);
    return { ...batch, ...Object.fromEntries(tensors) };
  };
  return {
    graph,
    values,
    tensors,
    weightsPath,
    gradients: async () => {
      const results = await session.run(feeds());
      const list = graph.parameters.map(({ name }) => Float32Array.from(floatsOf(results[`gradient:${name}`])));
      return { loss: floatsOf(results["loss"])[0]!, list };
    },
    loss: async (changed?: Record<string, Float32Array>) =>
      floatsOf((await lossSession.run(feeds(changed)))["loss"])[0]!,
  };
}

describe("gradients of a whole model", () => {
  const cases = methods.flatMap((spec) =>
    ([4, 8, 16, 32] as const).flatMap((bits) =>
      [true, false].map((checkpointing) => ({ spec, method: spec.method, bits, checkpointing })),
    ),
  );

  test.each(cases)("$method on $bits bits, checkpointing $checkpointing", async ({ spec, bits, checkpointing }) => {
    const { graph, values, gradients, loss } = await trainable(spec, bits, checkpointing);
    const { loss: atOnce, list } = await gradients();
    expect(Math.abs(atOnce - (await loss()))).toBeLessThan(1e-5);
    // Along random directions of each parameter: the projection of the gradient must equal the slope of the loss.
    const random = seededRandom(5, "directions");
    const [found, expected]: [number[], number[]] = [[], []];
    for (const [i, { name }] of graph.parameters.entries()) {
      const direction = Float32Array.from(values[name]!, () => random.normal());
      const length = Math.sqrt(direction.reduce((sum, d) => sum + d * d, 0));
      const moved = (by: number): Float32Array => values[name]!.map((v, j) => v + (by * direction[j]!) / length);
      const slopeOver = async (step: number): Promise<number> =>
        ((await loss({ [name]: moved(step) })) - (await loss({ [name]: moved(-step) }))) / (2 * step);
      // Two central differences combined (Richardson): float32 allows no step small enough for one alone.
      const slope = (4 * (await slopeOver(0.03)) - (await slopeOver(0.06))) / 3;
      expected.push(slope);
      found.push(list[i]!.reduce((sum, g, j) => sum + (g * direction[j]!) / length, 0));
    }
    expect(relativeError(found, expected)).toBeLessThan(bits >= 16 ? 1e-3 : 1e-2);
  });

  test.each(methods)("are the same with and without checkpointing ($method)", async (spec) => {
    const [kept, recomputed] = [await trainable(spec, 4, false), await trainable(spec, 4, true)];
    const [a, b] = [await kept.gradients(), await recomputed.gradients()];
    expect(b.loss).toBe(a.loss);
    for (const [i, gradient] of a.list.entries()) expect(relativeError(b.list[i]!, gradient)).toBeLessThan(1e-6);
  });
});

describe("training and inference", () => {
  test.each([lora, ia3])("give the same loss with the same adapter ($method)", async (spec) => {
    const { values, loss, tensors, weightsPath, graph } = await trainable(spec, 32, false);
    const decoder = await openDecoder({ name: "tiny", config, tensors, weightsPath } as unknown as InstalledBase);
    decoder.useAdapters([{ adapter: adapterOf(spec, values), scale: 1 }]);
    let expected = 0;
    const predictions: [number[], number][] = [
      [[3], 5],
      [[3, 5], 8],
      [[13], 21],
      [[55, 89], 2],
      [[55, 89, 2], 4],
    ];
    for (const [ids, label] of predictions) {
      const logits = await decoder.begin(ids);
      expected += 0.2 * (Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[label]!);
    }
    expect(graph.parameters.length).toBeGreaterThan(0);
    expect(Math.abs((await loss()) - expected)).toBeLessThan(1e-4);
  });
});

function adapterOf(spec: LoraSpec | Ia3Spec, values: Record<string, Float32Array>) {
  const named = (path: string, part: string): Float32Array => values[`base_model.model.${path}.${part}`]!;
  const common = { name: "tiny", baseModel: "tiny" };
  if (spec.method === "lora") {
    const list = [...spec.targets].map((path) => {
      const sizes = modules.get(path)!;
      return [path, { a: named(path, "lora_A.weight"), b: named(path, "lora_B.weight"), ...sizes }] as const;
    });
    const { rank, scaling, dropout } = spec;
    return {
      ...common,
      method: "lora" as const,
      rank,
      alpha: rank * scaling,
      dropout,
      rsLora: false,
      scaling,
      modules: new Map(list),
    };
  }
  const list = [...spec.targets].map((path) => {
    const on = spec.feedForward.has(path) ? ("input" as const) : ("output" as const);
    return [path, { on, values: named(path, "ia3_l") }] as const;
  });
  return { ...common, method: "ia3" as const, modules: new Map(list) };
}
