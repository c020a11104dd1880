/**
 * The training loop: steps, accumulation, validation, the best parameters, when to stop, progress.
 *
 * Knows a step only by its face, and neither adapters nor files. All chance is derived from the seed and the number of
 * the step, so that a training that goes on from a snapshot does what it would have done.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { internalError, UserError } from "../../foundation/errors.ts";
import { seededRandom } from "../../foundation/random.ts";
import { packStep, type MicroBatch, type PackedShape } from "../../dataset/batches.ts";
import { epochOrder, type OrderOptions } from "../../dataset/epochOrder.ts";
import { tokenCount, type Sequences } from "../../dataset/sequence.ts";
import { clipGlobalNorm } from "../optimizers/gradientNorm.ts";
import { meanLoss } from "./meanLoss.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import { openOptimizer, type OptimizerPlan } from "../optimizers/optimizers.ts";
import { progressMeter, type TrainProgress } from "./progressMeter.ts";
import { learningRateAt, type Schedule } from "../optimizers/schedule.ts";
import type { TrainingStep } from "../graph/trainingStep.ts";

export interface TrainerPlan extends OrderOptions {
  /** Optimizer steps in all, over as many epochs as they take. */
  readonly steps: number;
  /** The size of the micro-batches that the step takes. */
  readonly shape: PackedShape;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerPlan;
  /** Limit of the gradient's global norm. */
  readonly clipNorm: number;
  /** Steps between two validations. */
  readonly validateEvery: number;
  /** So many validations without a lower loss end the training; null: never. */
  readonly patience: number | null;
  /** Seconds between two snapshots, beside those at validations. */
  readonly saveEvery: number;
}

/** Mean loss per target token over the validation set. */
export interface ValidationLoss {
  /** Before the first step. */
  readonly before: number;
  readonly best: number;
  readonly last: number;
}

/** How far a training has come. */
export interface TrainerState {
  /** Optimizer steps done. */
  readonly step: number;
  /** Tokens trained on, padding not counted. */
  readonly tokens: number;
  /** Time spent so far, also in earlier runs. */
  readonly seconds: number;
  /** Of the steps of the current epoch. */
  readonly epochLoss: { readonly sum: number; readonly steps: number };
  /** Of the last validation; null before the first, and without validation data. */
  readonly validation: ValidationLoss | null;
  /** The step after which the last validation was made; -1 before the first. */
  readonly validatedStep: number;
  /** Validations since the one with the lowest loss. */
  readonly validationsSinceBest: number;
}

const beginning: TrainerState = {
  step: 0,
  tokens: 0,
  seconds: 0,
  epochLoss: { sum: 0, steps: 0 },
  validation: null,
  validatedStep: -1,
  validationsSinceBest: 0,
};

/** All that a later run needs to go on. The values are the live ones: save them before the next step. */
export interface TrainerSnapshot {
  readonly state: TrainerState;
  /**
   * value:NAME of each parameter; best:NAME, those with the lowest validation loss, where there has been a validation; and
   * the optimizer's memory.
   */
  readonly tensors: readonly NamedTensor[];
}

export interface TrainerControl {
  readonly signal?: AbortSignal | undefined;
  /** Once it is aborted, the training ends as if the step under way, at least the first, were its last. */
  readonly finish?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Keeps a snapshot. Called before the first step, at validations, every so often, and when cancelled. */
  readonly save: (snapshot: TrainerSnapshot) => Promise<void>;
  readonly resumeFrom?: TrainerSnapshot | undefined;
}

export interface TrainerData {
  readonly training: Sequences;
  /** None: the parameters of the last step are the result. */
  readonly validation: Sequences;
}

/**
 * Trains the step's parameters in place and ends with their best values.
 *
 * @throws the signal's reason once it is aborted, after a last snapshot; UserError "training-diverged"
 */
export async function runTrainer(
  step: TrainingStep,
  { training, validation }: TrainerData,
  plan: TrainerPlan,
  { signal, finish, onProgress, save, resumeFrom }: TrainerControl,
): Promise<TrainerState> {
  const { parameters } = step;
  const optimizer = openOptimizer(plan.optimizer, parameters);
  const live = [...renamed("value", parameters), ...optimizer.state];
  const { stepsPerEpoch, sequencesOf } = epochOrder(training, plan);
  let state = resumeFrom?.state ?? beginning;
  let best: readonly NamedTensor[] = [];
  if (resumeFrom) {
    const { tensors } = resumeFrom;
    restore(live, tensors);
    if (tensors.some(({ name }) => name.startsWith("best:"))) best = restore(copiesOf(parameters), tensors);
  }
  const meter = progressMeter(state, plan, stepsPerEpoch);

  const keep = async (): Promise<void> => {
    state = { ...state, seconds: meter.seconds() };
    await save({ state, tensors: [...live, ...best] });
    meter.saved();
  };

  /** A run blocks this thread: between two, others get their turn, such as whoever wants to cancel. */
  const breathe = async (): Promise<void> => {
    await nextTurn();
    signal?.throwIfAborted();
  };

  const validate = async (): Promise<void> => {
    const last = await meter.timed("validation", () => meanLoss(step, validation, plan.shape, breathe));
    if (!Number.isFinite(last)) throw diverged(state.step, "validation loss", last, plan.schedule);
    const known = state.validation;
    if (!known || state.step === 0) {
      // What the training starts from is no result of it.
      state = { ...state, validation: { before: last, best: last, last } };
      return;
    }
    const isBest = best.length === 0 || last < known.best;
    if (isBest) best = copiesOf(parameters);
    const losses = { before: known.before, best: isBest ? last : known.best, last };
    state = { ...state, validation: losses, validationsSinceBest: isBest ? 0 : state.validationsSinceBest + 1 };
  };

  const isFinished = (): boolean => state.step > 0 && finish?.aborted === true;
  const validateIfDue = async (): Promise<void> => {
    const isDue = state.step % plan.validateEvery === 0 || state.step === plan.steps || isFinished();
    if (!isDue || state.validatedStep === state.step) return;
    if (validation.length > 0) await validate();
    state = { ...state, validatedStep: state.step };
    await keep();
  };

  const trainOn = async (batches: readonly MicroBatch[]): Promise<number> => {
    const noise = seededRandom(plan.seed, `dropout of step ${state.step}`);
    let loss = 0;
    let sum: readonly Float32Array[] = [];
    for (const batch of batches) {
      const found = await step.run(batch, noise);
      await breathe();
      loss += found.loss;
      sum = added(sum, found.gradients);
    }
    const norm = clipGlobalNorm(sum, plan.clipNorm);
    if (!Number.isFinite(loss)) throw diverged(state.step + 1, "loss", loss, plan.schedule);
    if (!Number.isFinite(norm)) throw diverged(state.step + 1, "gradient's norm", norm, plan.schedule);
    optimizer.update(sum, { number: state.step + 1, learningRate: learningRateAt(state.step, plan.schedule) });
    return loss;
  };

  try {
    await validateIfDue();
    while (state.step < plan.steps && state.validationsSinceBest < (plan.patience ?? Infinity) && !isFinished()) {
      const sequences = sequencesOf(state.step);
      const loss = await meter.timed("step", () => trainOn(packStep(sequences, plan.shape)));
      const tokens = state.tokens + sequences.reduce((sum, sequence) => sum + tokenCount(sequence), 0);
      const { sum, steps } = state.step % stepsPerEpoch === 0 ? beginning.epochLoss : state.epochLoss;
      state = { ...state, step: state.step + 1, tokens, epochLoss: { sum: sum + loss, steps: steps + 1 } };
      await validateIfDue();
      if (meter.secondsUnsaved() >= plan.saveEvery) await keep();
      onProgress?.(meter.progress(state, loss));
    }
    await validateIfDue(); // Asked to finish after the last step was looked at.
  } catch (error) {
    // Whole at any time: a step changes nothing before all its micro-batches are through.
    if (signal?.aborted) await keep();
    throw error;
  }
  for (const [i, { values }] of best.entries()) parameters[i]!.values.set(values);
  return { ...state, seconds: meter.seconds() };
}

/** The parameters' values in a snapshot, by their names. */
export function savedParameters({ tensors }: TrainerSnapshot): Map<string, Float32Array> {
  const values = tensors.filter(({ name }) => name.startsWith("value:"));
  return new Map(values.map((tensor) => [tensor.name.slice("value:".length), tensor.values]));
}

function renamed(part: string, tensors: readonly NamedTensor[]): NamedTensor[] {
  return tensors.map((tensor) => ({ ...tensor, name: `${part}:${tensor.name}` }));
}

function copiesOf(parameters: readonly NamedTensor[]): readonly NamedTensor[] {
  return renamed("best", parameters).map((tensor) => ({ ...tensor, values: tensor.values.slice() }));
}

/** Sets `tensors` to the saved values of their names. */
function restore(tensors: readonly NamedTensor[], saved: readonly NamedTensor[]): readonly NamedTensor[] {
  const found = new Map(saved.map(({ name, values }) => [name, values]));
  for (const { name, values } of tensors) {
    const kept = found.get(name);
    if (kept?.length !== values.length)
      throw internalError(`${name} has ${values.length} values, saved ${kept?.length}`);
    values.set(kept);
  }
  return tensors;
}

/** Adds into `sum`, which is empty at first. */
function added(sum: readonly Float32Array[], more: readonly Float32Array[]): readonly Float32Array[] {
  if (sum.length === 0) return more;
  for (const [index, values] of sum.entries()) {
    const other = more[index]!;
    for (let i = 0; i < values.length; i++) values[i]! += other[i]!;
  }
  return sum;
}

function diverged(step: number, what: string, value: number, { learningRate }: Schedule): UserError {
  const message = `Training diverged at step ${step}: the ${what} is ${value}.`;
  const nextStep = `Look for odd rows in the data, or on the command line give a --learning-rate below ${learningRate}.`;
  return new UserError("training-diverged", message, nextStep);
}
