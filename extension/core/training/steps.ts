/** How many optimizer steps a training takes. */

import { leastSteps, type TrainOptions } from "./request.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * Steps or epochs that are given count as they are. Where both are left out, epochs are added up to {@link leastSteps}; not for the
 * paper's preset, which takes the paper's epochs.
 *
 * @param sequences of the training data
 */
export function stepsOf(
  { steps, epochs, batchSize, preset }: Pick<TrainSettings, "steps" | "epochs" | "batchSize" | "preset">,
  given: Pick<TrainOptions, "steps" | "epochs">,
  sequences: number,
): number {
  const chosen = steps ?? Math.ceil(epochs * Math.ceil(sequences / batchSize));
  const isLeft = given.steps === undefined && given.epochs === undefined;
  return isLeft && preset === "graft" ? Math.max(chosen, leastSteps) : chosen;
}
