/** Training from end to end: base, data, adapter, loop, result. The one entry, for the command line and the editor. */

import { paddingOf } from "./data/batchShape.ts";
import { checkpointInvalid, saveCheckpoint } from "./output/checkpoint.ts";
import { openOutputFolder, type OutputFolder } from "./output/outputFolder.ts";
import { describeCost } from "./cost/costEstimate.ts";
import { beginRun } from "./run/beginRun.ts";
import type { PreparedRun } from "./run/preparedRun.ts";
import { resumeRun } from "./run/resumeRun.ts";
import type { TrainProgress } from "./loop/progressMeter.ts";
import type { TrainOptions } from "./request.ts";
import { readSettings } from "./settings.ts";
import { outlineOf, planOf, sampledSteps, shapeFor, totalTokens, type TrainOutline } from "./trainingPlan.ts";
import { tellEnd, tellPlan } from "./trainingWords.ts";
import { trainedFiles } from "./output/trainedFiles.ts";
import { runTrainer } from "./loop/trainer.ts";
import type { ValidationLoss } from "./loop/trainerState.ts";
import type { DataPart, ReadingControl } from "./data/trainingData.ts";
import { withReport } from "./output/trainingReport.ts";
import { openTrainingStep } from "./graph/trainingStep.ts";

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
  const unfit = (reason: string): Error => checkpointInvalid(output.workFolder, reason);
  const step = await openTrainingStep(base, spec, shape, first, checkpoint && unfit);
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
