/** Training from end to end: base, data, adapter, loop, result. The one entry, for the command line and the editor. */

import type { InstalledBase } from "../baseModels/installedBase.ts";
import type { PackedShape } from "../dataset/batches.ts";
import { epochOrder } from "../dataset/epochOrder.ts";
import type { Sequence, Sequences } from "../dataset/sequence.ts";
import type { Log } from "../foundation/log.ts";
import { chooseBatchShape, paddingOf, type BatchShape } from "./data/batchShape.ts";
import { saveCheckpoint } from "./output/checkpoint.ts";
import { openOutputFolder, type OutputFolder } from "./output/outputFolder.ts";
import { describeCost } from "./cost/costEstimate.ts";
import { fitMemory } from "./cost/memoryPlan.ts";
import type { MethodSpec } from "../adapters/methods/methodNamed.ts";
import { beginRun, resumeRun, type PreparedRun } from "./preparedRun.ts";
import type { TrainProgress } from "./loop/progressMeter.ts";
import type { TrainOptions } from "./request.ts";
import { readSettings, type ResolvedSettings } from "./settings.ts";
import { trainedFiles } from "./output/trainedFiles.ts";
import { runTrainer, type TrainerPlan, type TrainerState, type ValidationLoss } from "./loop/trainer.ts";
import type { RowProblems } from "./data/dataSurvey.ts";
import type { DataPart, ReadingControl, TrainingData } from "./data/trainingData.ts";
import { withReport } from "./output/trainingReport.ts";
import { openTrainingStep } from "./graph/trainingStep.ts";

export type { TrainOptions } from "./request.ts";
export type { ReadingProgress, TrainProgress } from "./loop/progressMeter.ts";

/** What is known once the data is read. */
export interface TrainOutline {
  steps: number;
  epochs: number;
  /** So little data that epochs were added. */
  raised: boolean;
  problems: RowProblems;
}

export interface TrainControl extends ReadingControl {
  /** Once it is aborted, the training ends with what it has learnt by then, after one step at least. */
  readonly finish?: AbortSignal | undefined;
  readonly onOutline?: ((outline: TrainOutline) => void) | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

export interface TrainResult {
  /** The adapter's folder. */
  adapter: string;
  /** Steps done, and how many there would have been at most. */
  steps: number;
  plannedSteps: number;
  /** Tokens trained on, padding not counted. */
  tokens: number;
  /** What each data set added. */
  data: readonly DataPart[];
  /** All work included, also that of runs that were resumed. */
  seconds: number;
  /** Mean over the last epoch, per target token. */
  trainLoss: number;
  /** Per target token; absent where nothing was held out. */
  validationLoss?: ValidationLoss;
  trainableParameters: number;
  peakMemoryBytes: number;
}

/** The part of the steps over which the learning rate rises, and the part of an epoch between validations: the paper's. */
const [warmupShare, validationShare] = [0.05, 0.2];

/**
 * Trains an adapter and writes it to `out` in PEFT's format: the best by validation loss, or the last without one.
 *
 * When cancelled or interrupted, all that it needs to go on stays beside `out`, and a call with `resume` goes on from there, whatever
 * became of the data.
 *
 * @throws the signal's reason once it is aborted; UserErrors of all that can be wrong with base, data, options and disk
 */
export async function train(options: TrainOptions, control: TrainControl): Promise<TrainResult> {
  const startedAt = performance.now();
  readSettings(options); // Refused before anything is written.
  const output = await openOutputFolder(options.out);
  try {
    const prepare = options.resume ? resumeRun : beginRun;
    const prepared = await prepare(options, output.workFolder, control);
    try {
      return await takeSteps(prepared, output, options, control, startedAt);
    } finally {
      prepared.data.close();
    }
  } finally {
    await output.release();
  }
}

async function takeSteps(
  prepared: PreparedRun,
  output: OutputFolder,
  options: TrainOptions,
  { signal, finish, onProgress, onOutline, log }: TrainControl,
  startedAt: number,
): Promise<TrainResult> {
  const { run, base, spec, data, first, checkpoint } = prepared;
  const { settings, fingerprint } = run;
  const samples = sampledSteps(data.training, settings);
  const shape = checkpoint?.shape ?? shapeFor(samples, data, base, spec, options);
  const padding = paddingOf(samples, shape);
  signal?.throwIfAborted();
  const plan = planOf(run, data, shape);
  const outline = outlineOf(run, data);
  tellPlan(base.name, data, plan, outline, padding, log);
  onOutline?.(outline);
  log.info(await describeCost(base, spec, shape, totalTokens(data, plan, padding)));
  const step = await openTrainingStep(base, spec, shape, first);
  try {
    if (!options.resume) await output.begin(run);
    if (checkpoint) log.info(`Going on after step ${checkpoint.state.step} of ${plan.steps}.`);
    const state = await runTrainer(step, data, plan, {
      signal,
      finish,
      onProgress,
      resumeFrom: checkpoint,
      save: (snapshot) => saveCheckpoint(output.workFolder, { ...snapshot, shape }, fingerprint),
    });
    tellEnd(state, plan, log);
    const result = {
      steps: state.step,
      plannedSteps: plan.steps,
      tokens: state.tokens,
      data: data.parts,
      seconds: (checkpoint?.state.seconds ?? 0) + (performance.now() - startedAt) / 1000,
      trainLoss: state.epochLoss.sum / state.epochLoss.steps,
      ...(state.validation && { validationLoss: state.validation }),
      trainableParameters: step.parameters.reduce((sum, { values }) => sum + values.length, 0),
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
    const files = trainedFiles({ spec, settings, base, name: output.name }, step.parameters);
    await output.finish(withReport(files, { settings: fingerprint, ...result }));
    return { adapter: output.path, ...result };
  } finally {
    await step.release();
  }
}

/** So many steps, evenly spread over the first epoch, tell what the others are like. */
const sampled = 40;

function sampledSteps(training: Sequences, settings: ResolvedSettings): (readonly Sequence[])[] {
  const { stepsPerEpoch, sequencesOf } = epochOrder(training, settings);
  const count = Math.min(sampled, stepsPerEpoch);
  return Array.from({ length: count }, (_, i) => sequencesOf(Math.floor((i * stepsPerEpoch) / count)));
}

function shapeFor(
  samples: readonly (readonly Sequence[])[],
  { training, validation }: TrainingData,
  base: InstalledBase,
  spec: MethodSpec,
  { checkpointing }: TrainOptions,
): BatchShape {
  const [a, b] = [training.longest, validation.longest];
  const longest = { own: Math.max(a.own, b.own), read: Math.max(a.read, b.read) };
  const { hiddenSize } = base.config;
  const shapeWithin = (maxTokens: number): PackedShape => chooseBatchShape(samples, { longest, hiddenSize, maxTokens });
  return fitMemory(base, spec, shapeWithin, { checkpointing });
}

/** Over all steps, padding counted. */
function totalTokens({ training }: TrainingData, { steps, batchSize }: TrainerPlan, padding: number): number {
  return (steps * batchSize * training.tokens) / training.length / (1 - padding);
}

function planOf({ settings, steps }: PreparedRun["run"], { training }: TrainingData, shape: PackedShape): TrainerPlan {
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
    validateEvery: Math.max(1, Math.ceil(Math.floor(training.length / batchSize) * validationShare)),
    patience,
    saveEvery,
  };
}

function outlineOf({ settings, steps, problems }: PreparedRun["run"], { training }: TrainingData): TrainOutline {
  const stepsPerEpoch = Math.ceil(training.length / settings.batchSize);
  const raised = settings.steps === null && steps > Math.ceil(settings.epochs * stepsPerEpoch);
  return { steps, epochs: steps / stepsPerEpoch, raised, problems };
}

function tellEnd({ step, validationsSinceBest }: TrainerState, { steps, patience }: TrainerPlan, log: Log): void {
  if (step === steps) return;
  const isPatient = patience === null || validationsSinceBest < patience;
  const reason = isPatient ? "as asked" : `${patience} validations did not lower the loss`;
  log.info(`Stopped after step ${step} of ${steps}: ${reason}.`);
}

function tellPlan(
  base: string,
  data: TrainingData,
  { steps, shape }: TrainerPlan,
  { raised, epochs }: TrainOutline,
  padding: number,
  log: Log,
): void {
  const { training, validation, parts } = data;
  log.info(
    `Training on ${base}: ${training.length} sequences, ${validation.length} for validation, ${steps} steps, ` +
      `micro-batches of ${shape.rows} × ${described(shape)} tokens, ${percent(padding)} of them padding.`,
  );
  if (raised)
    log.info(`So little data: ${epochs.toFixed(1)} epochs, to make ${steps} steps. --epochs decides otherwise.`);
  if (parts.length < 2) return;
  const shares = parts.map(({ name, examples, tokens }) => {
    return `${name} ${examples} examples, ${percent(tokens / training.tokens)} of the tokens`;
  });
  log.info(`Trained jointly: ${shares.join("; ")}.`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function described({ length, encoderLength }: PackedShape): string {
  return encoderLength === undefined ? `${length}` : `(${encoderLength} read + ${length} written)`;
}
