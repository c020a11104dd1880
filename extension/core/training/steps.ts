/** Computes the number of optimizer steps of a training. */

import { leastSteps, type TrainOptions } from "./request.ts";
import type { ResolvedSettings } from "./settings.ts";

/**
 * Returns the number of steps. Given steps or epochs are used unchanged. Without either, the graft preset adds epochs up to
 * {@link leastSteps}; the paper preset uses the paper's number of epochs.
 *
 * @param sequences number of sequences in the training data
 */
export function stepsOf(
  { steps, epochs, batchSize, preset }: Pick<ResolvedSettings, "steps" | "epochs" | "batchSize" | "preset">,
  given: Pick<TrainOptions, "steps" | "epochs">,
  sequences: number,
): number {
  const chosen = steps ?? Math.ceil(epochs * Math.ceil(sequences / batchSize));
  const isLeft = given.steps === undefined && given.epochs === undefined;
  return isLeft && preset === "graft" ? Math.max(chosen, leastSteps) : chosen;
}
