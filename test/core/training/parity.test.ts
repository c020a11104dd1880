/** 50 steps from the same start, on the same batches: the losses of PyTorch and PEFT, and their tensors at the end. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packStep, type MicroBatch } from "../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../extension/core/dataset/sequence.ts";
import { seededRandom } from "../../../extension/core/base/random.ts";
import type { InstalledBase } from "../../../extension/core/bases/installedBase.ts";
import { moduleShapes } from "../../../extension/core/models/architectures.ts";
import { isEncoderDecoder } from "../../../extension/core/models/config.ts";
import { adamW } from "../../../extension/core/training/adamW.ts";
import { methodNames, type MethodName, type MethodSpec } from "../../../extension/core/training/methods/methods.ts";
import { openTrainingStep } from "../../../extension/core/training/trainingStep.ts";
import reference from "../../fixtures/training/batches.json" with { type: "json" };
import { relativeError } from "../graph/evaluate.ts";
import { fixtures, loadFixture, readAll } from "../models/fixtures.ts";

const models = ["qwen2", "llama", "codegen", "t5"];
const cases = models.flatMap((model) => methodNames.map((method) => ({ model, method })));
/** Wide enough for several sequences in a row. */
const shape = { rows: 2, length: 40, checkpointing: false };
const virtualTokens = 4;

/** What make.py asks PEFT for. */
function specOf(method: MethodName, { config }: InstalledBase): MethodSpec {
  const modules = moduleShapes(config);
  const paths = [...modules.keys()];
  const [tokens, stacks] = [virtualTokens, isEncoderDecoder(config) ? (2 as const) : (1 as const)];
  const { layers, hiddenSize, attention } = config;
  const feedForward = new Set(paths.filter((path) => /\.(gate_proj|up_proj|down_proj|fc_in|fc_out|wi|wo)$/.test(path)));
  const attended = paths.filter((path) => /\.(q_proj|k_proj|v_proj|qkv_proj|q|k|v)$/.test(path));
  switch (method) {
    case "lora":
      return { method, targets: new Set(paths), rank: 2, scaling: 2, dropout: 0 };
    case "ia3":
      return { method, targets: new Set([...attended, ...feedForward]), feedForward };
    case "prompt":
      return { method, tokens, hiddenSize, stacks };
    case "prefix":
      return { method, tokens, layers, kvHeads: attention.kvHeads, headSize: attention.headSize, stacks };
    case "full":
      return { method };
  }
}

function sequenceOf(
  { prompt, written }: { prompt: number[]; written: number[] },
  method: MethodName,
  encodes: boolean,
) {
  if (!encodes) return { ids: [...prompt, ...written], firstTarget: prompt.length };
  const virtual = method === "prompt" ? Array.from({ length: virtualTokens }, (_, i) => i - virtualTokens) : [];
  return { encoderIds: [...virtual, ...prompt], ids: [0, ...written], firstTarget: 1 };
}

describe("50 steps", () => {
  test.each(cases)("of $method on $model are those of PyTorch and PEFT", async ({ model, method }) => {
    const { base } = await loadFixture(model);
    const known = await readAll(join(fixtures, "../training", `${model}.safetensors`));
    const part = (name: string): Map<string, Float32Array> => {
      const start = `${method}.${name}.`;
      const found = [...known].filter(([key]) => key.startsWith(start));
      return new Map(found.map(([key, values]) => [key.slice(start.length), values]));
    };
    const encodes = isEncoderDecoder(base.config);
    const batches = reference.batches.map((batch): MicroBatch[] => {
      const sequences: Sequence[] = batch.map((item) => sequenceOf(item, method, encodes));
      return packStep(sequences, { ...shape, ...(encodes && { encoderLength: shape.length }) });
    });
    const initial = method === "full" ? await readAll(join(fixtures, model, "model.safetensors")) : part("initial");
    const graphShape = { ...shape, ...(encodes && { encoderLength: shape.length }) };
    const step = await openTrainingStep(base, specOf(method, base), graphShape, initial);
    const optimizer = adamW(step.parameters);
    const noise = seededRandom(1, "unused");
    const losses: number[] = [];
    for (let number = 1; number <= 50; number++) {
      let loss = 0;
      const sums = step.parameters.map(({ values }) => new Float32Array(values.length));
      for (const batch of batches[(number - 1) % batches.length]!) {
        const found = await step.run(batch, noise);
        loss += found.loss;
        for (const [i, gradient] of found.gradients.entries())
          for (const [j, g] of gradient.entries()) sums[i]![j]! += g;
      }
      optimizer.update(sums, { number, learningRate: reference.learningRates[method] });
      losses.push(loss);
    }
    await step.release();
    const expected = known.get(`${method}.losses`)!;
    const worst = Math.max(...losses.map((loss, i) => Math.abs(loss / expected[i]! - 1)));
    const errors = step.parameters.map(({ name, values }) => {
      const final = part("final").get(name)!;
      const found = method === "full" ? values.filter((_, i) => i % reference.stride === 0) : values;
      return [name, relativeError(found, final)] as const;
    });
    expect(worst).toBeLessThan(1e-4);
    for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-3);
  });
});
