/** graft train */

import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import { runTrial } from "../../core/evaluation/trial/runTrial.ts";
import { previewTraining } from "../../core/training/preview.ts";
import { train } from "../../core/training/train.ts";
import type { TrainProgress } from "../../core/training/loop/progressMeter.ts";
import type { TrainOptions } from "../../core/training/trainRequest.ts";
import { refuseWithoutEffect } from "../../core/training/run/withoutEffect.ts";
import { countsText } from "../../core/sources/skipped.ts";
import type { Context } from "../context.ts";
import { count, duration } from "../output.ts";
import { trainingProgress } from "../results/trainingProgress.ts";
import { previewText } from "../results/previewText.ts";
import { trialText } from "../results/trialText.ts";

/** Options of the training whose flags have the same names. */
export type TrainFlags = Omit<TrainOptions, "home" | "embedded" | "dataFolder" | "shippedData" | "data"> & {
  /** Absent only for a resumed training, which has its own data. */
  readonly data?: readonly string[];
  /** Show what would be trained on, and train nothing. */
  readonly preview?: boolean;
};

export async function trainCommand(flags: TrainFlags, { places, output, signal }: Context): Promise<void> {
  let last: TrainProgress | undefined;
  const { data = [], shuffle, preview, ...given } = flags;
  // Commander sets shuffle to true without --no-shuffle. A resumed training must keep its own setting.
  const options = { ...given, ...(shuffle === false && { shuffle }), ...places, data };
  const reports = trainingProgress(output);
  await refuseWithoutEffect(options);
  if (preview) {
    const found = await previewTraining(options, { signal, log: output.log, onReading: reports.onReading });
    return output.result({ ...found }, previewText(found));
  }
  try {
    const result = await train(options, {
      signal,
      log: output.log,
      ...reports,
      onProgress: (progress) => {
        last = progress;
        reports.onProgress(progress);
      },
      trial: runTrial,
    });
    const { adapter, steps, tokens, seconds, trainLoss, validationLoss, trainableParameters } = result;
    const lines = [
      `Trained ${adapter}`,
      `${counted(steps, "step")}, ${count(tokens)} tokens in ${duration(seconds)}; ${count(trainableParameters)} parameters`,
      `loss ${trainLoss.toFixed(4)}`,
    ];
    if (validationLoss) {
      const { before, best } = validationLoss;
      lines.push(`validation loss ${before.toFixed(4)} before, ${best.toFixed(4)} after`);
    }
    const skipped = result.data.flatMap((part) => part.skipped);
    if (skipped.length > 0) lines.push(`left out: ${countsText(skipped)} (--verbose lists the files)`);
    if (result.trial) lines.push(...trialText(result.trial));
    output.result({ ...result }, lines.join("\n"));
  } catch (error) {
    output.close();
    if (last && (isCancelled(error) || isOfDisk(error))) {
      const { step, steps } = last;
      output.log.info(`Stopped after step ${step} of ${steps}. Give --resume with the same --out to resume.`);
    }
    throw error;
  }
}

/** The user can fix this, and then resume the training. */
function isOfDisk(error: unknown): boolean {
  return error instanceof UserError && (error.code === "disk-full" || error.code === "not-writable");
}
