/** Logs the plan and the end of a training. */

import type { Log } from "../foundation/log.ts";
import { counted } from "../foundation/words/quantities.ts";
import { perEpoch } from "../dataset/sequence.ts";
import type { PackedShape } from "../dataset/batches.ts";
import type { TrainingData } from "./data/trainingData.ts";
import type { TrainerPlan, TrainerState } from "./loop/trainerState.ts";
import type { TrainOutline } from "./trainingPlan.ts";

export function tellEnd(state: TrainerState, { steps, patience }: TrainerPlan, log: Log): void {
  const { step, validationsSinceBest } = state;
  tellRise(state, log);
  if (step === steps) return;
  const isPatient = patience === null || validationsSinceBest < patience;
  const reason = isPatient ? "as requested" : `${counted(patience, "validation")} did not lower the loss`;
  log.info(`Stopped after step ${step} of ${steps}: ${reason}.`);
}

/** A loss that rises by this many nats per token means that the training has gone astray, whatever its batches contain. */
const muchWorse = 1;

function tellRise({ losses, epochLoss }: TrainerState, log: Log): void {
  const before = losses.training[0]?.loss ?? Infinity;
  const after = epochLoss.sum / epochLoss.steps;
  if (!(after >= before + muchWorse)) return;
  const rise = `from ${before.toFixed(2)} to ${after.toFixed(2)}`;
  log.warn(`The loss has risen ${rise}: the adapter makes the base worse. Train again with a lower learning rate.`);
}

export interface PlanToTell {
  /** The base's name. */
  readonly base: string;
  readonly data: TrainingData;
  readonly plan: TrainerPlan;
  readonly outline: TrainOutline;
  /** The share of padding in the tokens of the micro-batches. */
  readonly padding: number;
}

export function tellPlan({ base, data, plan, outline, padding }: PlanToTell, log: Log): void {
  const { steps, shape, batchSize } = plan;
  const { raised, epochs } = outline;
  const { training, validation, parts } = data;
  log.info(
    `Training on ${base}: ${counted(perEpoch(training), "sequence")}, ${validation.length} for validation, ${counted(steps, "step")}, ` +
      `micro-batches of ${shape.rows} × ${described(shape)} tokens, ${percent(padding)} of them padding.`,
  );
  if (batchSize > perEpoch(training)) {
    log.warn(
      `The batch size is ${batchSize}, more than the ${counted(perEpoch(training), "sequence")} to train on: each step learns from all.`,
    );
  }
  if (raised)
    log.info(
      `There is little data: training for ${epochs.toFixed(1)} epochs to reach ${counted(steps, "step")}. Use --epochs to change this.`,
    );
  if (parts.length < 2) return;
  const shares = parts.map(({ name, examples, tokens }) => {
    return `${name} ${counted(examples, "example")}, ${percent((tokens * (training.drawings ?? 1)) / training.tokens)} of the tokens`;
  });
  log.info(`Data sets: ${shares.join("; ")}.`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function described({ length, encoderLength }: PackedShape): string {
  return encoderLength === undefined ? `${length}` : `(${encoderLength} read + ${length} written)`;
}
