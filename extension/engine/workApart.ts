/**
 * One long piece of work in one process of its own, from the request to the end of that process.
 *
 * Completion goes on meanwhile: the two share nothing but the folders that are written to.
 */

import type { NotificationType, RequestType } from "vscode-jsonrpc/node";
import type { Log } from "../core/foundation/log.ts";
import { startEngineProcess } from "./engineProcess.ts";
import type { Role } from "./protocol.ts";
import type { ErrorData } from "./wire.ts";

/** A kind of work: the role of its process, and its two messages. */
export interface Work<Options, Result, Progress> {
  role: Role;
  request: RequestType<Options, Result, ErrorData>;
  progress: NotificationType<Progress>;
}

export interface WorkControl<Progress> {
  signal: AbortSignal;
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
  { role, request, progress }: Work<Options, Result, Progress>,
  options: Options,
  { entry, log }: { entry: string; log: Log },
  { signal, onProgress }: WorkControl<Progress>,
): Promise<Result> {
  signal.throwIfAborted();
  const process = startEngineProcess(entry, role, log);
  process.onNotification(progress, onProgress);
  let patience: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    patience = setTimeout(() => process.kill(), cancelPatience);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await process.request(request, options, signal);
  } finally {
    clearTimeout(patience);
    signal.removeEventListener("abort", onAbort);
    process.kill();
  }
}
