/** Trains from end to end: base, data, adapter, loop, result. The command line and the editor both start here. */

import { join } from "node:path";
import { methodOf } from "../adapters/methods/methodNamed.ts";
import { paddingOf } from "./data/batchShape.ts";
import { checkpointInvalid, saveCheckpoint } from "./output/checkpoint.ts";
import { reproduciblePlacements, withFallback } from "../devices/placements.ts";
import type { Device } from "../runtime/device.ts";
import { openOutputFolder, type OutputFolder } from "./output/outputFolder.ts";
import { releaseHeap } from "../foundation/memory/collectGarbage.ts";
import { openGate } from "../foundation/waiting/gate.ts";
import type { Said } from "../foundation/words/said.ts";
import { peakMemoryBytes } from "../foundation/memory/peakMemory.ts";
import { checkDisk, diskForParameters, freeDisk } from "./cost/diskPlan.ts";
import { describeCost, estimateCost } from "./cost/costEstimate.ts";
import { beginRun } from "./run/beginRun.ts";
import type { PreparedRun } from "./run/preparedRun.ts";
import { resumeRun } from "./run/resumeRun.ts";
import { readRun } from "./run/trainingRun.ts";
import type { TrainProgress } from "./loop/progressMeter.ts";
import type { TrainOptions } from "./trainRequest.ts";
import { readSettings } from "./settings.ts";
import { outlineOf, planOf, sampledSteps, shapeFor, workOf, type TrainOutline } from "./trainingPlan.ts";
import { tellEnd, tellPlan } from "./trainingWords.ts";
import { trainedFiles } from "./output/trainedFiles.ts";
import { runTrainer } from "./loop/trainer.ts";
import type { TrainerState, ValidationLoss } from "./loop/trainerState.ts";
import { tryOut, type TrialMeans } from "./tryOut.ts";
import type { TrialResult } from "./trialReport.ts";
import type { DataPart, ReadingControl } from "./data/trainingData.ts";
import { withHeldOut } from "./output/keptHeldOut.ts";
import { recordedLosses, withReport } from "./output/trainingReport.ts";
import { openTrainingStep } from "./graph/trainingStep.ts";

export interface TrainControl extends ReadingControl, TrialMeans {
  /** When aborted, the training finishes normally with what it has learned so far, but not before the first step. */
  readonly finish?: AbortSignal | undefined;
  readonly onOutline?: ((outline: TrainOutline) => void) | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

export interface TrainResult {
  /** The adapter's folder. */
  adapter: string;
  /** Steps done, and the number that was planned. */
  steps: number;
  plannedSteps: number;
  /** Tokens trained on, without padding. */
  tokens: number;
  /** Contribution of each data set. */
  data: readonly DataPart[];
  /** Time of all work, including that before a resume; not the time that it waited. */
  seconds: number;
  /** Mean loss per target token over the last epoch. */
  trainLoss: number;
  /** Mean loss per target token; absent without validation data. */
  validationLoss?: ValidationLoss;
  trainableParameters: number;
  peakMemoryBytes: number;
  /** Whether the adapter helps on held-out files; absent without such files, and if it was not tried. */
  trial?: TrialResult;
}

/**
 * Trains an adapter and writes it to `out` in PEFT's format: the one with the lowest validation loss, or the last one without
 * validation data.
 *
 * After a cancellation or interruption, everything needed to resume stays beside `out`. A call with `resume` continues from
 * there, even if the data has changed.
 *
 * @throws the signal's reason when aborted; UserErrors for problems with base, data, options and disk, before the first step if
 *   memory or disk will not suffice
 */
export async function train(options: TrainOptions, control: TrainControl): Promise<TrainResult> {
  const { gate = openGate } = control;
  const startedAt = gate.now();
  readSettings(options); // Throws before anything is written.
  const output = await openOutputFolder(options.out);
  try {
    const prepare = options.resume ? resumeRun : beginRun;
    const prepared = await prepare(options, output.workFolder, control);
    try {
      return await takeStepsOnDevices(prepared, output, options, control, startedAt);
    } finally {
      prepared.data.close();
    }
  } finally {
    await output.release();
  }
}

/** Trains on the device of the request. If it fails, the training goes on from its checkpoint on the next one. */
async function takeStepsOnDevices(
  prepared: PreparedRun,
  output: OutputFolder,
  options: TrainOptions,
  control: TrainControl,
  startedAt: number,
): Promise<TrainResult> {
  const { log } = control;
  const { device = "auto", home } = options;
  const placements = await reproduciblePlacements({ device, home, base: prepared.base.hash, log });
  return await withFallback(placements, { log }, async (placement, isAgain) => {
    const attempt = { ...options, device: placement.device };
    if (!isAgain || !(await readRun(output.workFolder))) {
      return await takeSteps(prepared, output, attempt, control, startedAt);
    }
    const resumed = { ...attempt, resume: true };
    const again = await resumeRun(resumed, output.workFolder, control);
    try {
      return await takeSteps(again, output, resumed, control, startedAt);
    } finally {
      again.data.close();
    }
  });
}

async function takeSteps(
  prepared: PreparedRun,
  output: OutputFolder,
  options: TrainOptions & { readonly device: Device },
  control: TrainControl,
  startedAt: number,
): Promise<TrainResult> {
  const { run, base, spec, data, first, checkpoint } = prepared;
  const { settings, fingerprint } = run;
  const { signal, finish, gate = openGate, onProgress, onOutline, log } = control;
  const samples = sampledSteps(data.training, settings);
  const shape = checkpoint?.shape ?? shapeFor(samples, data, base, spec, options);
  const padding = paddingOf(samples, shape);
  signal?.throwIfAborted();
  const plan = planOf(run, data, shape);
  const outline = outlineOf(run, data);
  tellPlan(base.name, data, plan, outline, padding, log);
  onOutline?.({ ...outline, ...(checkpoint && { losses: checkpoint.state.losses }) });
  const work = workOf(data, plan, padding);
  const cost = await estimateCost(base, spec, shape, work);
  log.info(describeCost(cost));
  if (!checkpoint) {
    const needed = diskForParameters(cost.parameterBytes, { ...settings, ...work });
    checkDisk(output.path, needed, await freeDisk(output.workFolder));
  }
  releaseHeap(); // What reading leaves in V8's heap, up to 170 MB, would stay beside the tensors.
  const unfit = (reason: Said): Error => checkpointInvalid(output.workFolder, reason);
  const step = await openTrainingStep(base, spec, shape, first, checkpoint && unfit, options.device);
  let state: TrainerState;
  try {
    if (!options.resume) await output.begin(run);
    if (checkpoint) log.info(`Resuming after step ${checkpoint.state.step} of ${plan.steps}.`);
    state = await runTrainer(step, data, plan, {
      signal,
      finish,
      gate,
      onProgress,
      resumeFrom: checkpoint,
      save: (snapshot) => saveCheckpoint(output.workFolder, { ...snapshot, shape }, fingerprint),
    });
  } finally {
    await step.release();
  }
  tellEnd(state, plan, log);
  const result = {
    steps: state.step,
    plannedSteps: plan.steps,
    tokens: state.tokens,
    data: data.parts,
    seconds: (checkpoint?.state.seconds ?? 0) + gate.now() - startedAt,
    trainLoss: state.epochLoss.sum / state.epochLoss.steps,
    ...(state.validation && { validationLoss: state.validation }),
    trainableParameters: step.parameters.reduce((sum, { values }) => sum + values.length, 0),
    peakMemoryBytes: peakMemoryBytes(),
  };
  const dataFolder = join(output.workFolder, run.dataFolder);
  const files = trainedFiles({ spec, settings, base, name: output.name, dataFolder }, step.parameters);
  const facts = { trainingSeconds: result.seconds, shippedData: options.shippedData };
  const trial = options.trial === false ? undefined : await tryOut(files, prepared, output, facts, control);
  const found = { ...result, ...(trial && { trial }) };
  const sources = data.parts.map(({ name }) => name);
  const losses = recordedLosses(state.losses);
  const { readAt } = run;
  const report = { settings: fingerprint, sources, losses, ...(readAt !== undefined && { readAt }), ...found };
  const reported = withReport(files, report);
  // An adapter that continues another has perhaps learned from these files before; a model is no adapter to compare.
  const isNew = run.asked["init"] === undefined && methodOf(spec.method).adapter !== undefined;
  await output.finish(isNew ? withHeldOut(reported, dataFolder, { home: options.home, log }) : reported);
  return { adapter: output.path, ...found };
}
