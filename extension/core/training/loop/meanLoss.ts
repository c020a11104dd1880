/** Computes the loss on validation data. */

import { packStep, type PackedShape } from "../../dataset/batches.ts";
import { targetCount, type Sequences } from "../../dataset/sequence.ts";
import type { TrainingStep } from "../graph/trainingStep.ts";

/** Sequences to hold in memory and pack at once. */
const atOnce = 256;

/** Returns the mean loss per target token; NaN without sequences. Calls `breathe` between micro-batches. */
export async function meanLoss(
  step: Pick<TrainingStep, "evaluate">,
  sequences: Sequences,
  shape: PackedShape,
  breathe: () => Promise<void>,
): Promise<number> {
  let [loss, targets] = [0, 0];
  for (let start = 0; start < sequences.length; start += atOnce) {
    const length = Math.min(atOnce, sequences.length - start);
    const packed = Array.from({ length }, (_, i) => sequences.at(start + i)!);
    const count = packed.reduce((sum, sequence) => sum + targetCount(sequence), 0);
    for (const batch of packStep(packed, shape)) {
      loss += count * (await step.evaluate(batch));
      await breathe();
    }
    targets += count;
  }
  return loss / targets;
}
