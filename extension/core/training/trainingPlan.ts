/** Plans a training: the size of its micro-batches, its steps, and the outline that is known before the first step. */

import type { MethodSpec } from "../adapters/methods/methodNamed.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import type { PackedShape } from "../dataset/batches.ts";
import { epochOrder } from "../dataset/epochOrder.ts";
import { perEpoch, type Sequence, type Sequences } from "../dataset/sequence.ts";
import type { TokenFacts } from "../dataset/tokenCheck.ts";
import type { PlannedWork } from "./cost/costEstimate.ts";
import { fitMemory } from "./cost/memoryPlan.ts";
import { chooseBatchShape, type BatchShape } from "./data/batchShape.ts";
import type { RowProblems } from "./data/dataSurvey.ts";
import type { TrainerPlan, TrainerState } from "./loop/trainerState.ts";
import type { PreparedRun } from "./run/preparedRun.ts";
import type { TrainOptions } from "./trainRequest.ts";
import type { ResolvedSettings } from "./settings.ts";

/** Training and validation sequences, read or estimated. */
export type PlannedData = Readonly<Record<"training" | "validation", Sequences & TokenFacts>>;

/** The facts that are known once the data is read. */
export interface TrainOutline {
  steps: number;
  epochs: number;
  /** Whether epochs were added because there is little data. */
  raised: boolean;
  problems: RowProblems;
  /** The losses of the previous steps; only for a training that continues from a checkpoint. */
  losses?: TrainerState["losses"];
}

/** The warm-up's share of the steps, and the share of an epoch between validations. Both are the paper's. */
const [warmupShare, validationShare] = [0.05, 0.2];

/** Number of sample steps, evenly spread over the first epoch, that represent all steps. */
const sampled = 40;

export function sampledSteps(training: Sequences, settings: ResolvedSettings): (readonly Sequence[])[] {
  const { stepsPerEpoch, sequencesOf } = epochOrder(training, settings);
  const count = Math.min(sampled, stepsPerEpoch);
  return Array.from({ length: count }, (_, i) => sequencesOf(Math.floor((i * stepsPerEpoch) / count)));
}

export function shapeFor(
  samples: readonly (readonly Sequence[])[],
  { training, validation }: PlannedData,
  base: InstalledBase,
  spec: MethodSpec,
  { checkpointing, available }: Pick<TrainOptions, "checkpointing"> & { readonly available?: number },
): BatchShape {
  const [a, b] = [training.longest, validation.longest];
  const longest = { own: Math.max(a.own, b.own), read: Math.max(a.read, b.read) };
  const { hiddenSize } = base.config;
  const shapeWithin = (maxTokens: number): PackedShape => chooseBatchShape(samples, { longest, hiddenSize, maxTokens });
  const isValidated = validation.length > 0;
  return fitMemory(base, spec, shapeWithin, {
    checkpointing,
    isValidated,
    ...(available !== undefined && { available }),
  });
}

/** Work for a token whose loss is computed without gradients, as a share of that for a token with them. */
const validationShareOfWork = 0.4;

/** Returns the work of a training. Tokens of validations are counted as the number of tokens with gradients that take as long. */
export function workOf(
  { training, validation }: PlannedData,
  { steps, batchSize, validateEvery }: TrainerPlan,
  padding: number,
): PlannedWork {
  // The mean over an epoch, because its last step takes only the sequences that are left. It may be the only step.
  const perStep = perEpoch(training) / stepsPerEpoch(training, { batchSize });
  const ofSteps = (steps * perStep * training.tokens) / training.length;
  const validations = 1 + Math.ceil(steps / validateEvery);
  const tokens = (ofSteps + validationShareOfWork * validations * validation.tokens) / (1 - padding);
  return { tokens, isValidated: validation.length > 0 };
}

export function planOf(
  { settings, steps }: Pick<PreparedRun["run"], "settings" | "steps">,
  { training }: PlannedData,
  shape: PackedShape,
): TrainerPlan {
  const { batchSize, seed, shuffle, learningRate, weightDecay, patience, saveEvery } = settings;
  return {
    steps,
    batchSize,
    shape,
    seed,
    shuffle,
    schedule: { shape: settings.schedule, learningRate, warmupSteps: Math.ceil(warmupShare * steps), steps },
    optimizer: { name: settings.optimizer, weightDecay },
    clipNorm: 1,
    validateEvery: Math.max(1, Math.ceil(Math.floor(perEpoch(training) / batchSize) * validationShare)),
    patience,
    saveEvery,
  };
}

export function outlineOf({ settings, steps, problems }: PreparedRun["run"], { training }: PlannedData): TrainOutline {
  const raised = settings.steps === null && steps > Math.ceil(settings.epochs * stepsPerEpoch(training, settings));
  return { steps, epochs: epochsOf(steps, training, settings), raised, problems };
}

/** Returns how many passes over the data the steps make. */
export function epochsOf(steps: number, training: Sequences, settings: Pick<ResolvedSettings, "batchSize">): number {
  return steps / stepsPerEpoch(training, settings);
}

function stepsPerEpoch(training: Sequences, { batchSize }: Pick<ResolvedSettings, "batchSize">): number {
  return Math.ceil(perEpoch(training) / batchSize);
}
