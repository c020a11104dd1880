/** What a training loop is told, and how far it has come. */

import type { PackedShape } from "../../dataset/batches.ts";
import type { OrderOptions } from "../../dataset/epochOrder.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import type { OptimizerPlan } from "../optimizers/optimizers.ts";
import type { Schedule } from "../optimizers/schedule.ts";

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
  /** The training ends after this many validations without a lower loss; null: never. */
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

export const beginning: TrainerState = {
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
   * the optimizer's state.
   */
  readonly tensors: readonly NamedTensor[];
}

/** The state after a step with this loss. */
export function afterStep(
  state: TrainerState,
  { loss, tokens, stepsPerEpoch }: { readonly loss: number; readonly tokens: number; readonly stepsPerEpoch: number },
): TrainerState {
  const { sum, steps } = state.step % stepsPerEpoch === 0 ? beginning.epochLoss : state.epochLoss;
  return {
    ...state,
    step: state.step + 1,
    tokens: state.tokens + tokens,
    epochLoss: { sum: sum + loss, steps: steps + 1 },
  };
}

/**
 * The state after a validation with this loss.
 *
 * @param isBest whether the parameters are the best so far; what the training starts from is no result of it
 */
export function afterValidation(state: TrainerState, last: number, isBest: boolean): TrainerState {
  const known = state.validation;
  if (!known || state.step === 0) return { ...state, validation: { before: last, best: last, last } };
  const validation = { before: known.before, best: isBest ? last : known.best, last };
  return { ...state, validation, validationsSinceBest: isBest ? 0 : state.validationsSinceBest + 1 };
}
