/** Sums the loss and the gradients of an optimizer step over its micro-batches. */

import { UserError } from "../../foundation/errors.ts";
import type { Random } from "../../foundation/random.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import type { MicroBatch } from "../../dataset/batches.ts";
import type { TrainingStep } from "../graph/trainingStep.ts";
import type { Schedule } from "../optimizers/schedule.ts";

/** @param breathe called between micro-batches */
export async function accumulate(
  step: Pick<TrainingStep, "run">,
  batches: readonly MicroBatch[],
  noise: Random,
  breathe: () => Promise<void>,
): Promise<{ loss: number; gradients: readonly Float32Array[] }> {
  let loss = 0;
  let gradients: readonly Float32Array[] = [];
  for (const batch of batches) {
    const found = await step.run(batch, noise);
    await breathe();
    loss += found.loss;
    gradients = added(gradients, found.gradients);
  }
  return { loss, gradients };
}

/** Adds `more` into `sum`, which is empty at first. */
function added(sum: readonly Float32Array[], more: readonly Float32Array[]): readonly Float32Array[] {
  if (sum.length === 0) return more;
  for (const [index, values] of sum.entries()) {
    const other = more[index]!;
    for (let i = 0; i < values.length; i++) values[i]! += other[i]!;
  }
  return sum;
}

/**
 * @param what the name of `value`, such as "loss"
 * @throws UserError "training-diverged" if `value` is not finite
 */
export function checkFinite(step: number, what: Said, value: number, { learningRate }: Schedule): void {
  if (Number.isFinite(value)) return;
  const message = say`Training diverged at step ${step}: the ${what} is not a finite number.`;
  const nextStep =
    step <= 1
      ? say`No step has been made yet: check the base, the adapter to start from, and its scale.`
      : say`Check the data for unusual rows, or set a learning rate below ${learningRate}.`;
  throw new UserError("training-diverged", message, nextStep);
}
