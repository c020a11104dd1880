/** Computes the number of optimizer steps of a training. */

import { isLengthLeft, presets } from "./presets.ts";
import type { TrainOptions } from "./request.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * Returns the number of steps. Given steps or epochs are used unchanged. Without either, the preset has a least and a most number
 * of steps.
 *
 * @param sequences number of sequences in the training data
 */
export function stepsOf(
  { steps, epochs, batchSize, preset }: Pick<TrainSettings, "steps" | "epochs" | "batchSize" | "preset">,
  given: Pick<TrainOptions, "steps" | "epochs">,
  sequences: number,
): number {
  const chosen = steps ?? Math.ceil(epochs * Math.ceil(sequences / batchSize));
  if (!isLengthLeft(given)) return chosen;
  const { least, most } = presets[preset];
  return Math.min(Math.max(chosen, least), most);
}
