/** Tries a trained adapter before it is put in place, so that a training that is stopped during the trial resumes with the trial. */

import { join } from "node:path";
import { methodOf } from "../adapters/methods/methodNamed.ts";
import { readHeldOutFiles } from "./data/heldOutFiles.ts";
import type { ReadingControl } from "./data/trainingData.ts";
import type { OutputFiles, OutputFolder } from "./output/outputFolder.ts";
import type { PreparedRun } from "./run/preparedRun.ts";
import type { TrainOptions } from "./trainRequest.ts";
import { learnsChanges } from "./settings.ts";
import type { Trial, TrialProgress, TrialResult } from "./trialReport.ts";
import { makeFolder } from "../foundation/atomicFile.ts";

export interface TrialMeans {
  /** Tries the adapter on held-out source files, if there are any. */
  readonly trial?: Trial | undefined;
  /** When aborted, the trial ends with what it has found so far. */
  readonly enough?: AbortSignal | undefined;
  readonly onTrial?: ((progress: TrialProgress) => void) | undefined;
}

/**
 * Returns what the trial found; undefined without held-out source files. A failed trial does not affect the training: the log has
 * the reason.
 *
 * @throws the signal's reason once it is aborted
 */
export async function tryOut(
  files: OutputFiles,
  { run, base, spec }: PreparedRun,
  output: OutputFolder,
  { trainingSeconds, shippedData }: { trainingSeconds: number; shippedData: string | undefined },
  { trial, enough, onTrial, log, signal, gate }: TrialMeans & Pick<ReadingControl, "log" | "signal" | "gate">,
): Promise<TrialResult | undefined> {
  if (!trial || !methodOf(spec.method).adapter) return undefined;
  const heldOut = await readHeldOutFiles(join(output.workFolder, run.dataFolder));
  if (heldOut.length === 0) return undefined;
  try {
    const adapter = join(output.workFolder, "trial");
    await makeFolder(adapter);
    await files.write(adapter);
    const { seed } = run.settings;
    const { init, changedSince } = run.asked as Pick<TrainOptions, "init" | "changedSince">;
    // A training on changes is compared with the adapter that it continues, which already knew the rest.
    const earlier = learnsChanges({ init, changedSince }) ? init : undefined;
    const subject = { base, adapter, earlier, heldOut, seed, trainingSeconds, shippedData };
    return await trial(subject, { log, signal, gate, enough, onProgress: onTrial });
  } catch (error) {
    signal?.throwIfAborted();
    log.warn(`Could not measure whether the adapter helps: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
