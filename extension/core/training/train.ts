/** Training from end to end: base, data, adapter, loop, result. The one entry, for the command line and the editor. */

import { checkAdapterFits } from "../adapters/adapterFit.ts";
import { readAdapter } from "../adapters/peftFolder.ts";
import type { Log } from "../foundation/log.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { resolveBase } from "../baseModels/resolveBase.ts";
import type { PackedShape } from "../dataset/batches.ts";
import { toEncodedSequences } from "../dataset/encodedSequence.ts";
import type { Example } from "../dataset/example.ts";
import { epochOrder } from "../dataset/epochOrder.ts";
import { toSequences, type Sequence, type Sequences } from "../dataset/sequence.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { moduleShapes } from "../architectures/architectures.ts";
import { openTokenizer } from "../tokenizer/tokenizer.ts";
import { chooseBatchShape, paddingOf, type BatchShape } from "./data/batchShape.ts";
import { checkResumable, loadCheckpoint, saveCheckpoint, type Fingerprint } from "./output/checkpoint.ts";
import { openOutputFolder } from "./output/outputFolder.ts";
import { describeCost } from "./cost/costEstimate.ts";
import { fitMemory } from "./cost/memoryPlan.ts";
import type { MethodName, MethodSpec } from "./methods/methods.ts";
import { behindPrompt } from "./methods/prompt.ts";
import type { TrainProgress } from "./loop/progressMeter.ts";
import { resolveDefaults, type ResolvedSettings } from "./presets.ts";
import { readSettings, type TrainOptions } from "./settings.ts";
import { settingsOf, valuesOf } from "./startingAdapter.ts";
import { firstValues, specOf, trainedFiles, virtualTokens } from "./trainee.ts";
import { runTrainer, type TrainerPlan, type ValidationLoss } from "./loop/trainer.ts";
import { openTrainingData, type DataPart, type ReadingControl, type TrainingData } from "./data/trainingData.ts";
import { withReport } from "./output/trainingReport.ts";

import { openTrainingStep, type TrainingStep } from "./graph/trainingStep.ts";

export type { TrainOptions } from "./settings.ts";
export type { ReadingProgress, TrainProgress } from "./loop/progressMeter.ts";

export interface TrainControl extends ReadingControl {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

export interface TrainResult {
  /** The adapter's folder. */
  adapter: string;
  steps: number;
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
 * When cancelled or interrupted, the last checkpoint stays beside `out`, and a call with `resume` goes on from it.
 *
 * @throws the signal's reason once it is aborted; UserErrors of all that can be wrong with base, data, options and disk
 */
export async function train(options: TrainOptions, control: TrainControl): Promise<TrainResult> {
  const { signal, onProgress, log } = control;
  const startedAt = performance.now();
  const asked = readSettings(options);
  const output = await openOutputFolder(options.out);
  try {
    // Told now, not when all data has been read.
    if (options.resume) await checkResumable(output.workFolder);
    const base = await resolveBase(options.base, { ...options, log, signal });
    const { config } = base;
    const initial = options.init === undefined ? null : await readAdapter(options.init);
    if (initial) checkAdapterFits(initial, base);
    const decided = initial ? settingsOf(initial, asked, options) : asked;
    const settings = resolveDefaults(decided, base.parameters, moduleShapes(config).keys());
    const spec = specOf(settings, base);
    const tokenizer = await openTokenizer(base.path, config.vocabularySize);
    const first = initial ? valuesOf(initial) : await firstValues(spec, settings, base, { tokenizer, log });
    const maxLength = Math.min(settings.maxLength, config.contextLength - virtualTokens(spec));
    const sequencesOf = (example: Example): Sequence[] => {
      if (!isEncoderDecoder(config)) return toSequences(example, tokenizer, maxLength);
      const sequences = toEncodedSequences(example, tokenizer, maxLength, config.startToken);
      return spec.method === "prompt" ? sequences.map((one) => behindPrompt(one, spec.tokens)) : sequences;
    };
    const data = await openTrainingData(options, { ...settings, maxLength }, sequencesOf, output.workFolder, control);
    let step: TrainingStep | undefined;
    try {
      const fingerprint = fingerprintOf(base.hash, settings, data);
      const resumeFrom = options.resume ? await loadCheckpoint(output.workFolder, fingerprint) : undefined;
      const samples = sampledSteps(data.training, settings);
      const shape = resumeFrom?.shape ?? shapeFor(samples, data, base, spec, options);
      signal?.throwIfAborted();
      const plan = planOf(settings, data, shape);
      tellPlan(base.name, data, plan, paddingOf(samples, shape), log);
      log.info(await describeCost(base, spec, shape, totalTokens(data, plan, paddingOf(samples, shape))));
      step = await openTrainingStep(base, spec, shape, first);
      if (resumeFrom) log.info(`Going on after step ${resumeFrom.state.step} of ${plan.steps}.`);
      const earlier = resumeFrom?.state.seconds ?? 0;
      const state = await runTrainer(step, data, plan, {
        signal,
        onProgress,
        resumeFrom,
        save: (snapshot) => saveCheckpoint(output.workFolder, { ...snapshot, shape }, fingerprint),
      });
      if (state.step < plan.steps) {
        log.info(`Stopped after step ${state.step}: ${plan.patience} validations did not lower the loss.`);
      }
      const result = {
        steps: state.step,
        tokens: state.tokens,
        data: data.parts,
        seconds: earlier + (performance.now() - startedAt) / 1000,
        trainLoss: state.epochLoss.sum / state.epochLoss.steps,
        ...(state.validation && { validationLoss: state.validation }),
        trainableParameters: step.parameters.reduce((sum, { values }) => sum + values.length, 0),
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      };
      const files = trainedFiles({ spec, settings, base, name: output.name }, step.parameters);
      await output.finish(withReport(files, { settings: fingerprint, ...result }));
      return { adapter: output.path, ...result };
    } finally {
      await step?.release();
      data.release();
    }
  } finally {
    await output.release();
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

function planOf(settings: ResolvedSettings, { training }: TrainingData, shape: TrainerPlan["shape"]): TrainerPlan {
  const { batchSize, seed, shuffle, learningRate, weightDecay, patience, saveEvery } = settings;
  const steps = settings.steps ?? Math.ceil(settings.epochs * Math.ceil(training.length / batchSize));
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

/** In the user's terms, since a resume that is refused names what differs. */
function fingerprintOf(
  baseHash: string,
  settings: ResolvedSettings,
  { training, validation }: TrainingData,
): Fingerprint {
  const { rank, alpha, dropout, rsLora, targets, feedForward, virtualTokens: tokens, initText, ...others } = settings;
  const { steps, patience, saveEvery: _, ...common } = others;
  const where = { targets: targets ? targets.join(", ") : "all" };
  const own: Readonly<Record<MethodName, Fingerprint>> = {
    lora: { ...where, rank, alpha, dropout, rsLora },
    ia3: { ...where, feedForward: feedForward.join(", ") },
    prompt: { virtualTokens: tokens, initText },
    prefix: { virtualTokens: tokens, initText },
    full: {},
  };
  return {
    base: baseHash.slice(0, 16),
    data: training.description(),
    validation: validation.description(),
    ...common,
    ...own[settings.method],
    ...(steps !== null && { steps }),
    ...(patience !== null && { patience }),
  };
}

function tellPlan(base: string, data: TrainingData, { steps, shape }: TrainerPlan, padding: number, log: Log): void {
  const { training, validation, parts } = data;
  log.info(
    `Training on ${base}: ${training.length} sequences, ${validation.length} for validation, ${steps} steps, ` +
      `micro-batches of ${shape.rows} × ${described(shape)} tokens, ${percent(padding)} of them padding.`,
  );
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
