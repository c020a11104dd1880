/** Trains from end to end: base, data, adapter, loop, result. The command line and the editor both start here. */

import { join } from "node:path";
import { methodOf } from "../adapters/methods/methodNamed.ts";
import { paddingOf, type BatchShape } from "./data/batchShape.ts";
import { checkpointInvalid, saveCheckpoint } from "./output/checkpoint.ts";
import { reproduciblePlacements, withFallback } from "../devices/placements.ts";
import type { Device } from "../runtime/device.ts";
import { openOutputFolder, type OutputFolder } from "./output/outputFolder.ts";
import { releaseHeap } from "../foundation/memory/collectGarbage.ts";
import { openGate } from "../foundation/waiting/gate.ts";
import type { Said } from "../foundation/words/said.ts";
import { peakMemoryBytes } from "../foundation/memory/peakMemory.ts";
import { checkDisk, diskForParameters, freeDisk } from "./cost/diskPlan.ts";
import { describeCost, estimateCost, type PlannedWork } from "./cost/costEstimate.ts";
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
import type { NamedTensor } from "./optimizers/optimizer.ts";
import type { TrainerPlan, TrainerState, ValidationLoss } from "./loop/trainerState.ts";
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
 * After a cancellation or interruption, everything needed to resume stays next to `out`. A call with `resume` continues from there,
 * even if the data has changed.
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
      return await trainOnDevices({ options, prepared, output, control, startedAt });
    } finally {
      prepared.data.close();
    }
  } finally {
    await output.release();
  }
}

/** A training: its options, what it has read, and where it writes. */
interface TrainingJob {
  readonly options: TrainOptions;
  readonly prepared: PreparedRun;
  readonly output: OutputFolder;
  readonly control: TrainControl;
  /** When its work began, in seconds of the gate's clock. */
  readonly startedAt: number;
}

/** Trains on the device of the request. If the device fails, the training continues from its checkpoint on the next one. */
async function trainOnDevices(job: TrainingJob): Promise<TrainResult> {
  const { options, prepared, output, control } = job;
  const { log, gate = openGate } = control;
  const { device = "auto", home } = options;
  const placements = await reproduciblePlacements({ device, home, base: prepared.base.hash, log });
  return await withFallback(placements, { log }, async (placement, isAgain) => {
    if (!isAgain || !(await readRun(output.workFolder))) return await trainOn(placement.device, job);
    const resumed = { ...options, device: placement.device, resume: true };
    const again = await resumeRun(resumed, output.workFolder, control);
    try {
      // The checkpoint holds the time until it was written.
      return await trainOn(placement.device, { ...job, options: resumed, prepared: again, startedAt: gate.now() });
    } finally {
      again.data.close();
    }
  });
}

/** Trains on one device, from the plan to the adapter in its place. */
async function trainOn(device: Device, job: TrainingJob): Promise<TrainResult> {
  const planned = planSteps(job);
  await checkCost(job, planned);
  releaseHeap(); // Otherwise, up to 170 MB that reading leaves in V8's heap would stay next to the tensors.
  const trained = await takeSteps(device, job, planned);
  tellEnd(trained.state, planned.plan, job.control.log);
  return await keepResult(job, trained, figuresOf(job, planned, trained));
}

/** The size and the number of the steps, known before the first one. */
interface PlannedSteps {
  readonly shape: BatchShape;
  readonly plan: TrainerPlan;
  readonly work: PlannedWork;
}

/** Plans the steps and reports the plan. If there is a checkpoint, the micro-batches stay as it has them. */
function planSteps({ options, prepared, control }: TrainingJob): PlannedSteps {
  const { run, base, spec, data, checkpoint } = prepared;
  const { signal, onOutline, log } = control;
  const samples = sampledSteps(data.training, run.settings);
  const shape = checkpoint?.shape ?? shapeFor(samples, data, base, spec, options);
  const padding = paddingOf(samples, shape);
  signal?.throwIfAborted();
  const plan = planOf(run, data, shape);
  const outline = outlineOf(run, data);
  tellPlan({ base: base.name, data, plan, outline, padding }, log);
  onOutline?.({ ...outline, ...(checkpoint && { losses: checkpoint.state.losses }) });
  return { shape, plan, work: workOf(data, plan, padding) };
}

/** @throws UserError "disk-full" if a new training's checkpoints and result will not fit */
async function checkCost({ prepared, output, control }: TrainingJob, { shape, work }: PlannedSteps): Promise<void> {
  const { run, base, spec, checkpoint } = prepared;
  const cost = await estimateCost(base, spec, shape, work);
  control.log.info(describeCost(cost));
  if (checkpoint) return;
  const needed = diskForParameters(cost.parameterBytes, { ...run.settings, ...work });
  checkDisk(output.path, needed, await freeDisk(output.workFolder));
}

interface Trained {
  readonly state: TrainerState;
  readonly parameters: readonly NamedTensor[];
}

async function takeSteps(
  device: Device,
  { options, prepared, output, control }: TrainingJob,
  { shape, plan }: PlannedSteps,
): Promise<Trained> {
  const { run, base, spec, data, first, checkpoint } = prepared;
  const { signal, finish, gate = openGate, onProgress, log } = control;
  const unfit = (reason: Said): Error => checkpointInvalid(output.workFolder, reason);
  const step = await openTrainingStep(base, spec, shape, { initial: first, device, ...(checkpoint && { unfit }) });
  try {
    if (!options.resume) await output.begin(run);
    if (checkpoint) log.info(`Resuming after step ${checkpoint.state.step} of ${plan.steps}.`);
    const state = await runTrainer(step, data, plan, {
      signal,
      finish,
      gate,
      onProgress,
      resumeFrom: checkpoint,
      save: (snapshot) => saveCheckpoint(output.workFolder, { ...snapshot, shape }, run.fingerprint),
    });
    return { state, parameters: step.parameters };
  } finally {
    await step.release();
  }
}

type TrainFigures = Omit<TrainResult, "adapter" | "trial">;

function figuresOf(
  { prepared, control, startedAt }: TrainingJob,
  { plan }: PlannedSteps,
  { state, parameters }: Trained,
): TrainFigures {
  const { data, checkpoint } = prepared;
  const { gate = openGate } = control;
  return {
    steps: state.step,
    plannedSteps: plan.steps,
    tokens: state.tokens,
    data: data.parts,
    seconds: (checkpoint?.state.seconds ?? 0) + gate.now() - startedAt,
    trainLoss: state.epochLoss.sum / state.epochLoss.steps,
    ...(state.validation && { validationLoss: state.validation }),
    trainableParameters: parameters.reduce((sum, { values }) => sum + values.length, 0),
    peakMemoryBytes: peakMemoryBytes(),
  };
}

/** Tries the adapter, and puts it in place with the report and the files that it did not learn from. */
async function keepResult(
  { options, prepared, output, control }: TrainingJob,
  { state, parameters }: Trained,
  figures: TrainFigures,
): Promise<TrainResult> {
  const { run, base, spec, data } = prepared;
  const { settings, fingerprint, readAt } = run;
  const dataFolder = join(output.workFolder, run.dataFolder);
  const files = trainedFiles({ spec, settings, base, name: output.name, dataFolder }, parameters);
  const facts = { trainingSeconds: figures.seconds, shippedData: options.shippedData };
  const trial = options.trial === false ? undefined : await tryOut(files, prepared, output, facts, control);
  const found = { ...figures, ...(trial && { trial }) };
  const sources = data.parts.map(({ name }) => name);
  const losses = recordedLosses(state.losses);
  const report = { settings: fingerprint, sources, losses, ...(readAt !== undefined && { readAt }), ...found };
  const reported = withReport(files, report);
  // An adapter that continues another may have learned from these files before, and a model is not an adapter to compare.
  const isNew = run.asked["init"] === undefined && methodOf(spec.method).adapter !== undefined;
  const { home } = options;
  await output.finish(isNew ? withHeldOut(reported, dataFolder, { home, log: control.log }) : reported);
  return { adapter: output.path, ...found };
}
