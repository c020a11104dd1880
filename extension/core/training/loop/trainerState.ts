/** The plan of a training loop and its state. */

import type { PackedShape } from "../../dataset/batches.ts";
import type { OrderOptions } from "../../dataset/epochOrder.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import type { OptimizerPlan } from "../optimizers/optimizers.ts";
import type { Schedule } from "../optimizers/schedule.ts";

export interface TrainerPlan extends OrderOptions {
  /** Total number of optimizer steps, over as many epochs as they take. */
  readonly steps: number;
  /** The size of the micro-batches. */
  readonly shape: PackedShape;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerPlan;
  /** Maximum global norm of the gradient. */
  readonly clipNorm: number;
  /** Steps between two validations. */
  readonly validateEvery: number;
  /** Validations without a lower loss after which the training stops; null for never. */
  readonly patience: number | null;
  /** Seconds between snapshots, in addition to those at validations. */
  readonly saveEvery: number;
}

/** Mean loss per target token over the validation set. */
export interface ValidationLoss {
  /** The loss before the first step. */
  readonly before: number;
  readonly best: number;
  readonly last: number;
}

/** The loss of one step, or of the validation data after it, in nats per target token. */
export interface StepLoss {
  readonly step: number;
  readonly loss: number;
}

/** The state of a training after a number of steps. */
export interface TrainerState {
  /** Optimizer steps done. */
  readonly step: number;
  /** Tokens trained on, without padding. */
  readonly tokens: number;
  /** Training time so far, including earlier runs. */
  readonly seconds: number;
  /** Sum of the losses of the steps in the current epoch. */
  readonly epochLoss: { readonly sum: number; readonly steps: number };
  /** Null before the first validation, and without validation data. */
  readonly validation: ValidationLoss | null;
  /** The number of steps done at the last validation; -1 before the first. */
  readonly validatedStep: number;
  /** Validations since the one with the lowest loss. */
  readonly validationsSinceBest: number;
  /** Every loss so far, for a chart, except for steps that an earlier version of Graft did. */
  readonly losses: { readonly training: readonly StepLoss[]; readonly validation: readonly StepLoss[] };
}

export const beginning: TrainerState = {
  step: 0,
  tokens: 0,
  seconds: 0,
  epochLoss: { sum: 0, steps: 0 },
  validation: null,
  validatedStep: -1,
  validationsSinceBest: 0,
  losses: { training: [], validation: [] },
};

/** Everything that a later run needs to resume. The values are live: save them before the next step. */
export interface TrainerSnapshot {
  readonly state: TrainerState;
  /**
   * value:NAME of each parameter; best:NAME, its value at the lowest validation loss, if there is one; and the optimizer state.
   */
  readonly tensors: readonly NamedTensor[];
}

/** Returns the state after a step with this loss. */
export function afterStep(
  state: TrainerState,
  { loss, tokens, stepsPerEpoch }: { readonly loss: number; readonly tokens: number; readonly stepsPerEpoch: number },
): TrainerState {
  const { sum, steps } = state.step % stepsPerEpoch === 0 ? beginning.epochLoss : state.epochLoss;
  const step = state.step + 1;
  return {
    ...state,
    step,
    tokens: state.tokens + tokens,
    epochLoss: { sum: sum + loss, steps: steps + 1 },
    losses: { ...state.losses, training: [...state.losses.training, { step, loss }] },
  };
}

/**
 * Returns the state after a validation with this loss.
 *
 * @param isBest whether the parameters are the best so far; the initial parameters do not count
 */
export function afterValidation(state: TrainerState, last: number, isBest: boolean): TrainerState {
  const known = state.validation;
  const validated = [...state.losses.validation, { step: state.step, loss: last }];
  const losses = { ...state.losses, validation: validated };
  if (!known || state.step === 0) return { ...state, losses, validation: { before: last, best: last, last } };
  const validation = { before: known.before, best: isBest ? last : known.best, last };
  return { ...state, losses, validation, validationsSinceBest: isBest ? 0 : state.validationsSinceBest + 1 };
}
