/** Computes the loss on validation data. */

import { packStep, type PackedShape } from "../../dataset/batches.ts";
import { targetWeight, type Sequences } from "../../dataset/sequence.ts";
import type { TrainingStep } from "../graph/trainingStep.ts";

/** Sequences to hold in memory and pack at once. */
const atOnce = 256;

/** Returns the weighted mean loss of the target tokens; NaN without sequences. Calls `breathe` between micro-batches. */
export async function meanLoss(
  step: Pick<TrainingStep, "evaluate">,
  sequences: Sequences,
  shape: PackedShape,
  breathe: () => Promise<void>,
): Promise<number> {
  let [loss, total] = [0, 0];
  for (let start = 0; start < sequences.length; start += atOnce) {
    const length = Math.min(atOnce, sequences.length - start);
    const packed = Array.from({ length }, (_, i) => sequences.at(start + i)!);
    const weight = packed.reduce((sum, sequence) => sum + targetWeight(sequence), 0);
    for (const batch of packStep(packed, shape)) {
      loss += weight * (await step.evaluate(batch));
      await breathe();
    }
    total += weight;
  }
  return loss / total;
}
