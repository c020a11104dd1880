/**
 * One training in one process of its own, from the request to the end of that process.
 *
 * Completion goes on meanwhile: the two share nothing but the folder the adapter is written to.
 */

import type { Log } from "../core/base/log.ts";
import type { TrainOptions, TrainProgress, TrainResult } from "../core/training/train.ts";
import { startEngineProcess } from "./engineProcess.ts";
import { trainProgress, trainRequest } from "./protocol.ts";

export interface TrainingControl {
  signal: AbortSignal;
  onProgress: (progress: TrainProgress) => void;
}

/** How long a training may take to write its last checkpoint before it is ended the hard way. */
const cancelPatience = 15_000;

/**
 * Trains in a process of its own, which ends with the training and gives all its memory back.
 *
 * @throws UserError "engine-stopped" if that process dies; whatever `train` throws; the signal's reason.
 */
export async function trainApart(
  options: TrainOptions,
  { entry, log }: { entry: string; log: Log },
  { signal, onProgress }: TrainingControl,
): Promise<TrainResult> {
  signal.throwIfAborted();
  const process = startEngineProcess(entry, "training", log);
  process.onNotification(trainProgress, onProgress);
  let patience: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    patience = setTimeout(() => process.kill(), cancelPatience);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await process.request(trainRequest, options, signal);
  } finally {
    clearTimeout(patience);
    signal.removeEventListener("abort", onAbort);
    process.kill();
  }
}
