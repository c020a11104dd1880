/**
 * One long piece of work in one process of its own, from the request to the end of that process.
 *
 * Completion goes on meanwhile: the two share nothing but the folders that are written to.
 */

import type { Log } from "../core/foundation/log.ts";
import { startEngineProcess } from "./engineProcess.ts";
import type { Work } from "./protocol.ts";

export interface WorkControl<Progress> {
  signal: AbortSignal;
  /** Once it is aborted, the work is asked to end early, and still resolves. */
  finish?: AbortSignal | undefined;
  onProgress: (progress: Progress) => void;
}

/** How long work may take to put its things in order before it is ended the hard way. */
const cancelPatience = 15_000;

/**
 * Does `work` in a process of its own, which ends with it and gives all its memory back.
 *
 * @throws UserError "engine-stopped" if that process dies; whatever the work throws; the signal's reason.
 */
export async function workApart<Options, Result, Progress>(
  { role, request, progress, finish: finishing }: Work<Options, Result, Progress>,
  options: Options,
  { entry, log }: { entry: string; log: Log },
  { signal, finish, onProgress }: WorkControl<Progress>,
): Promise<Result> {
  signal.throwIfAborted();
  const process = startEngineProcess(entry, role, log);
  process.onNotification(progress, onProgress);
  let patience: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    patience = setTimeout(() => process.kill(), cancelPatience);
  };
  const onFinish = (): void => finishing && process.notify(finishing);
  signal.addEventListener("abort", onAbort, { once: true });
  finish?.addEventListener("abort", onFinish, { once: true });
  try {
    const answer = process.request(request, options, signal);
    if (finish?.aborted) onFinish(); // Asked for before there was anyone to ask.
    return await answer;
  } finally {
    clearTimeout(patience);
    signal.removeEventListener("abort", onAbort);
    finish?.removeEventListener("abort", onFinish);
    process.kill();
  }
}
