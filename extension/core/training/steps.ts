/** Computes the number of optimizer steps of a training. */

import { isLengthLeft, presets } from "./presets.ts";
import { defaultsByForm, type TrainOptions } from "./trainRequest.ts";
import type { ResolvedSettings } from "./settings.ts";

/** The most steps of a short epoch. Longer epochs need less repetition: it falls with the square of their length. */
const stepsOfShortEpoch = 2;

/**
 * Returns the number of steps. Given steps or epochs are used unchanged. Without either, the preset adds epochs to little data, up to
 * its share of the `fewestSteps` of {@link defaultsByForm}, and leaves out those beyond its most steps.
 *
 * @param sequences number of sequences in the training data
 */
export function stepsOf(
  settings: Pick<ResolvedSettings, "steps" | "epochs" | "batchSize" | "preset" | "sourceAs">,
  given: Pick<TrainOptions, "steps" | "epochs">,
  sequences: number,
): number {
  const { steps, epochs, batchSize, preset, sourceAs } = settings;
  const stepsPerEpoch = Math.ceil(sequences / batchSize);
  const chosen = steps ?? Math.ceil(epochs * stepsPerEpoch);
  if (!isLengthLeft(given)) return chosen;
  const { shortEpoch, longEpoch } = defaultsByForm[sourceAs].fewestSteps;
  const share = Math.min(1, (stepsOfShortEpoch / stepsPerEpoch) ** 2);
  const fewest = Math.max(longEpoch, Math.ceil(share * shortEpoch));
  const { least, most } = presets[preset];
  return Math.min(Math.max(chosen, Math.ceil(least * fewest)), most);
}
