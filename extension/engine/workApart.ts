/**
 * One long piece of work in its own process, from the request to the end of that process.
 *
 * Completion continues meanwhile; the two share only the folders on disk.
 */

import { cudaEnvironment } from "../core/devices/cuda/cudaEnvironment.ts";
import type { Log } from "../core/foundation/log.ts";
import { startEngineProcess } from "./engineProcess.ts";
import type { Work } from "./protocol/roles.ts";

export interface WorkControl<Progress> {
  signal: AbortSignal;
  /** Aborting it asks the work to end its phase early with its results so far; the work still resolves. */
  finish?: AbortSignal | undefined;
  /** The same for a later phase. */
  enough?: AbortSignal | undefined;
  /** Says when the work has to wait. */
  hold?: Hold | undefined;
  onProgress: (progress: Progress) => void;
}

export interface Hold {
  readonly isHeld: boolean;
  onDidChange(listener: () => void): { dispose(): void };
}

/** Milliseconds for the work to clean up before the process is killed. */
const cancelPatience = 15_000;

/**
 * Does `work` in its own process, which then ends and frees all its memory.
 *
 * @throws UserError "engine-stopped" if that process dies; errors of the work; the signal's reason.
 */
export async function workApart<Options, Result, Progress>(
  { role, request, progress, finish: finishing, hold: holding }: Work<Options, Result, Progress>,
  options: Options,
  { entry, log }: { entry: string; log: Log },
  { signal, finish, enough, hold, onProgress }: WorkControl<Progress>,
): Promise<Result> {
  signal.throwIfAborted();
  const process = startEngineProcess(entry, role, log, environmentOf(options));
  process.onNotification(progress, onProgress);
  let patience: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    patience = setTimeout(() => process.kill(), cancelPatience);
  };
  const onFinish = (): void => finishing && process.notify(finishing);
  const onHold = (): void => hold && holding && process.notify(hold.isHeld ? holding.wait : holding.go);
  const following = hold?.onDidChange(onHold);
  if (hold?.isHeld) onHold();
  signal.addEventListener("abort", onAbort, { once: true });
  const early = [finish, enough].filter((one) => one !== undefined);
  for (const one of early) one.addEventListener("abort", onFinish, { once: true });
  try {
    const answer = process.request(request, options, signal);
    if (finish?.aborted) onFinish(); // Aborted before the process existed.
    return await answer;
  } finally {
    clearTimeout(patience);
    following?.dispose();
    signal.removeEventListener("abort", onAbort);
    for (const one of early) one.removeEventListener("abort", onFinish);
    process.kill();
  }
}

/**
 * Returns the environment of a piece of work. Work that names CUDA needs its libraries from the start. Work that names no device runs on
 * the CPU.
 */
function environmentOf(options: unknown): Readonly<Record<string, string>> {
  const { home, device } = options as { home?: unknown; device?: unknown };
  return device === "cuda" && typeof home === "string" ? cudaEnvironment(home, device) : {};
}
