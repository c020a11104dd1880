/** How many optimizer steps a training takes. */

import type { TrainOptions, TrainSettings } from "./settings.ts";

/** A small data set is repeated until so many steps are made: fewer leave its habits unlearnt. docs/training.md has the figures. */
export const leastSteps = 60;

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
