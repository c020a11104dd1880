/** The trainings of test/fixtures/training, done by Graft: the same start, the same batches, AdamW. */

import { join } from "node:path";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { packStep, type MicroBatch } from "../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../extension/core/dataset/sequence.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { isEncoderDecoder } from "../../../extension/core/architectures/config.ts";
import { adamW } from "../../../extension/core/training/optimizers/adamW.ts";
import type { MethodName, MethodSpec } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { withVirtualIds } from "../../../extension/core/training/data/virtualIds.ts";
import type { NamedTensor } from "../../../extension/core/training/optimizers/optimizer.ts";
import {
  readSettings,
  resolveDefaults,
  specOf,
  type ResolvedSettings,
} from "../../../extension/core/training/settings.ts";
import type { Device } from "../../../extension/core/runtime/device.ts";
import { openTrainingStep } from "../../../extension/core/training/graph/trainingStep.ts";
import reference from "../../fixtures/training/batches.json" with { type: "json" };
import { fixtures, readAll } from "../architectures/fixtures.ts";

export const trainedModels = ["qwen2", "llama", "qwen3", "starcoder2", "codegen", "t5"];
/** The models whose adapters `make.py load` has read. */
export const writtenModels = ["qwen2", "llama", "codegen", "t5"];
const options = { base: "", home: "", embedded: "", data: [], dataFolder: "", out: "" };
/** Wide enough for several sequences in a row. */
const shape = { rows: 2, length: 40 };

export interface FiftySteps {
  readonly base: InstalledBase;
  readonly settings: ResolvedSettings;
  readonly spec: MethodSpec;
  /** The loss of each step, before its update. */
  readonly losses: readonly number[];
  /** The gradients of the first step, in the order of `parameters`. */
  readonly firstGradients: readonly Float32Array[];
  /** After the last step. */
  readonly parameters: readonly NamedTensor[];
}

/** Returns a part of what make.py writes, such as "lora.final", by the rest of each name. */
export async function referencePart(model: string, part: string): Promise<ReadonlyMap<string, Float32Array>> {
  const all = await readAll(join(fixtures, "../training", `${model}.safetensors`));
  const found = [...all].filter(([key]) => key.startsWith(`${part}.`));
  return new Map(found.map(([key, values]) => [key.slice(part.length + 1), values]));
}

/** @param home where the base is installed */
export async function fiftySteps(
  model: string,
  method: MethodName,
  home: string,
  { steps = 50, device = "cpu" }: { readonly steps?: number; readonly device?: Device } = {},
): Promise<FiftySteps> {
  const { base } = await importBase({ source: join(fixtures, model), home, bits: 32, name: `${model}-#` });
  // The paper's modules for IA3 and all modules for LoRA, as make.py tells PEFT.
  const preset = method === "ia3" ? "paper" : "graft";
  const asked = { ...options, preset, method, rank: 2, alpha: 4, dropout: 0, virtualTokens: 4 } as const;
  const settings = resolveDefaults(readSettings(asked), base.parameters, moduleShapes(base.config).keys(), false);
  const spec = specOf(settings, base);

  const encodes = isEncoderDecoder(base.config);
  const sequenceOf = ({ prompt, written }: { prompt: number[]; written: number[] }): Sequence => {
    if (!encodes) return { ids: [...prompt, ...written], firstTarget: prompt.length };
    const sequence = { encoderIds: prompt, ids: [0, ...written], firstTarget: 1 };
    return spec.method === "prompt" ? withVirtualIds(sequence, spec.tokens) : sequence;
  };
  const packed = { ...shape, ...(encodes && { encoderLength: shape.length }) };
  const batches = reference.batches.map((batch) => packStep(batch.map(sequenceOf), packed));
  const initial =
    method === "full"
      ? await readAll(join(fixtures, model, "model.safetensors"))
      : await referencePart(model, `${method}.initial`);
  const sized = { ...packed, checkpointing: model === "t5" };
  const step = await openTrainingStep(base, spec, sized, { initial, device });
  const optimizer = adamW(step.parameters);
  const losses: number[] = [];
  let firstGradients: readonly Float32Array[] = [];
  for (let number = 1; number <= steps; number++) {
    const { loss, gradients } = await sumOver(batches[(number - 1) % batches.length]!, step);
    if (number === 1) firstGradients = gradients.map((values) => Float32Array.from(values));
    optimizer.update(gradients, { number, learningRate: reference.learningRates[method] });
    losses.push(loss);
  }
  await step.release();
  return { base, settings, spec, losses, firstGradients, parameters: step.parameters };
}

async function sumOver(batches: readonly MicroBatch[], step: Awaited<ReturnType<typeof openTrainingStep>>) {
  const gradients = step.parameters.map(({ values }) => new Float32Array(values.length));
  const noise = seededRandom(1, "not used");
  let loss = 0;
  for (const batch of batches) {
    const found = await step.run(batch, noise);
    loss += found.loss;
    for (const [i, more] of found.gradients.entries()) {
      for (const [j, gradient] of more.entries()) gradients[i]![j]! += gradient;
    }
  }
  return { loss, gradients };
}
