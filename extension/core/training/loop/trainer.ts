/**
 * The training loop: steps, gradient accumulation, validation, the best parameters, early stopping, progress.
 *
 * It is independent of adapters and files. Random numbers depend only on the seed and the number of the step, so a resumed
 * training computes the same as an uninterrupted one.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { collectRecentGarbage } from "../../foundation/memory/collectGarbage.ts";
import { openGate, type Gate } from "../../foundation/waiting/gate.ts";
import { seededRandom } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import { packStep } from "../../dataset/batches.ts";
import { epochOrder } from "../../dataset/epochOrder.ts";
import { tokenCount, type Sequence, type Sequences } from "../../dataset/sequence.ts";
import type { TrainingStep } from "../graph/trainingStep.ts";
import { clipGlobalNorm } from "../optimizers/gradientNorm.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import { openOptimizer } from "../optimizers/optimizers.ts";
import { learningRateAt } from "../optimizers/schedule.ts";
import { accumulate, checkFinite } from "./accumulate.ts";
import { meanLoss } from "./meanLoss.ts";
import { progressMeter, type TrainProgress } from "./progressMeter.ts";
import { bestValues, liveValues, restore, restoredBest } from "./savedTensors.ts";
import {
  afterStep,
  afterValidation,
  beginning,
  type TrainerPlan,
  type TrainerSnapshot,
  type TrainerState,
} from "./trainerState.ts";

export interface TrainerControl {
  readonly signal?: AbortSignal | undefined;
  /** When aborted, the training finishes normally after the current step, but not before the first. */
  readonly finish?: AbortSignal | undefined;
  /** Passed between micro-batches. */
  readonly gate?: Gate | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Saves a snapshot. Called before the first step, after validations, every `saveEvery` seconds, and when cancelled. */
  readonly save: (snapshot: TrainerSnapshot) => Promise<void>;
  readonly resumeFrom?: TrainerSnapshot | undefined;
}

export interface TrainerData {
  readonly training: Sequences;
  /** If empty, the parameters of the last step are the result. */
  readonly validation: Sequences;
}

/**
 * Trains the step's parameters in place and leaves them at their best values.
 *
 * @throws the signal's reason when aborted, after saving a last snapshot; UserError "training-diverged"
 */
export async function runTrainer(
  step: TrainingStep,
  { training, validation }: TrainerData,
  plan: TrainerPlan,
  { signal, finish, gate = openGate, onProgress, save, resumeFrom }: TrainerControl,
): Promise<TrainerState> {
  const { parameters } = step;
  const { stepsPerEpoch, sequencesOf } = epochOrder(training, plan);
  const optimizerStep = openOptimizerStep(step, plan);
  const live = [...liveValues(parameters), ...optimizerStep.state];
  let state = resumeFrom?.state ?? beginning;
  if (resumeFrom) restore(live, resumeFrom.tensors);
  let best: readonly NamedTensor[] = resumeFrom ? restoredBest(parameters, resumeFrom) : [];
  const meter = progressMeter(state, plan, stepsPerEpoch, gate);

  const keep = async (): Promise<void> => {
    state = { ...state, seconds: meter.seconds() };
    await save({ state, tensors: [...live, ...best] });
    meter.saved();
  };

  /**
   * Running a micro-batch blocks this thread. Yields to the event loop, so that messages get through, and drops the gradients of
   * the previous micro-batch.
   */
  const breathe = async (): Promise<void> => {
    collectRecentGarbage();
    await nextTurn();
    await gate.pass(signal);
  };

  const validate = async (): Promise<void> => {
    const loss = await meter.timed("validation", () => meanLoss(step, validation, plan.shape, breathe));
    checkFinite(state.step, say`validation loss`, loss, plan.schedule);
    const { validation: known, step: done } = state;
    const isBest = known !== null && done > 0 && (best.length === 0 || loss < known.best);
    if (isBest) best = bestValues(parameters);
    state = afterValidation(state, loss, isBest);
  };

  const isFinished = (): boolean => state.step > 0 && finish?.aborted === true;
  const validateIfDue = async (): Promise<void> => {
    const isDue = state.step % plan.validateEvery === 0 || state.step === plan.steps || isFinished();
    if (!isDue || state.validatedStep === state.step) return;
    if (validation.length > 0) await validate();
    state = { ...state, validatedStep: state.step };
    await keep();
  };

  try {
    await validateIfDue();
    while (state.step < plan.steps && state.validationsSinceBest < (plan.patience ?? Infinity) && !isFinished()) {
      const sequences = sequencesOf(state.step);
      const loss = await meter.timed("step", () => optimizerStep.take(state.step, sequences, breathe));
      const tokens = sequences.reduce((sum, sequence) => sum + tokenCount(sequence), 0);
      state = afterStep(state, { loss, tokens, stepsPerEpoch });
      await validateIfDue();
      if (meter.secondsUnsaved() >= plan.saveEvery) await keep();
      onProgress?.(meter.progress(state, loss));
    }
    await validateIfDue(); // `finish` may have been aborted after the check above.
  } catch (error) {
    // The state is consistent at any time: a step changes nothing before all its micro-batches are done.
    if (signal?.aborted) await keep();
    throw error;
  }
  for (const [i, { values }] of best.entries()) parameters[i]!.values.set(values);
  return { ...state, seconds: meter.seconds() };
}

/** Takes optimizer steps: accumulates the gradients of all micro-batches, clips them, and updates the parameters. */
function openOptimizerStep(step: TrainingStep, plan: TrainerPlan) {
  const optimizer = openOptimizer(plan.optimizer, step.parameters);
  return {
    state: optimizer.state,
    /** @returns the loss before the step @throws UserError "training-diverged" */
    async take(done: number, sequences: readonly Sequence[], breathe: () => Promise<void>): Promise<number> {
      const noise = seededRandom(plan.seed, `dropout of step ${done}`);
      const { loss, gradients } = await accumulate(step, packStep(sequences, plan.shape), noise, breathe);
      const norm = clipGlobalNorm(gradients, plan.clipNorm);
      checkFinite(done + 1, say`loss`, loss, plan.schedule);
      checkFinite(done + 1, say`gradient's norm`, norm, plan.schedule);
      optimizer.update(gradients, { number: done + 1, learningRate: learningRateAt(done, plan.schedule) });
      return loss;
    },
  };
}
