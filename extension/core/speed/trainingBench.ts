/** A training step on random tokens, for the training benchmarks to repeat. */

import { seededRandom } from "../foundation/random.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { packStep, type PackedShape } from "../dataset/batches.ts";
import type { Sequence } from "../dataset/sequence.ts";
import { moduleShapes } from "../architectures/architectures.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { lora, type LoraSpec } from "../adapters/methods/lora.ts";
import { valuesOf } from "../adapters/formats/peftTensors.ts";
import { openOptimizer } from "../training/optimizers/optimizers.ts";
import type { BatchShape } from "../training/data/batchShape.ts";
import { openTrainingStep } from "../training/graph/trainingStep.ts";
import type { Device } from "../runtime/device.ts";
import { randomIds, randomLora, rank } from "./measuring.ts";

/** LoRA on every linear module, with rows of 128 tokens whose second half are targets. */
export interface TrainingBench {
  readonly spec: LoraSpec;
  readonly shape: BatchShape;
  readonly labels: number;
  /** Computes the loss and the gradients. */
  run(): Promise<void>;
  /** Runs a step of AdamW with the gradients of the last run. */
  update(): void;
  release(): Promise<void>;
}

export interface TrainingBenchOptions {
  /** Tokens per step, a multiple of 128. */
  readonly tokens: number;
  readonly checkpointing: boolean;
  /** The CPU by default. */
  readonly device?: Device;
}

const rowLength = 128;

export function benchShape(base: InstalledBase, { tokens, checkpointing }: TrainingBenchOptions): BatchShape {
  const rows = tokens / rowLength;
  const sides = { length: rowLength / 2, encoderLength: rowLength / 2 };
  return { rows, ...(isEncoderDecoder(base.config) ? sides : { length: rowLength }), checkpointing };
}

export function benchSpec(base: InstalledBase): LoraSpec {
  return { method: lora.name, targets: new Set(moduleShapes(base.config).keys()), rank, scaling: 2, dropout: 0.05 };
}

export async function openTrainingBench(base: InstalledBase, options: TrainingBenchOptions): Promise<TrainingBench> {
  const random = seededRandom(1, "bench");
  const initial = valuesOf(randomLora(base, random));
  const [spec, shape] = [benchSpec(base), benchShape(base, options)];
  const [batch] = packStep(randomSequences(shape), shape);
  const step = await openTrainingStep(base, spec, shape, { initial, device: options.device });
  const optimizer = openOptimizer({ name: "adamw", weightDecay: 0 }, step.parameters);
  let gradients: readonly Float32Array[] = [];
  let updates = 0;
  return {
    spec,
    shape,
    labels: batch!.labels.length,
    run: async () => void ({ gradients } = await step.run(batch!, random)),
    update: () => optimizer.update(gradients, { number: ++updates, learningRate: 1e-4 }),
    release: () => step.release(),
  };

  /** Returns one random sequence per row. */
  function randomSequences({ rows, length, encoderLength }: PackedShape): Sequence[] {
    return Array.from({ length: rows }, () => ({
      ids: randomIds(random, base.config, length),
      firstTarget: encoderLength === undefined ? length / 2 : 1,
      ...(encoderLength !== undefined && { encoderIds: randomIds(random, base.config, encoderLength) }),
    }));
  }
}
