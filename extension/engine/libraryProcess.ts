/**
 * The library process for its clients: starts on demand, and ends after some time without a request.
 *
 * It shares nothing with the completion process, so lists and exports work while completion is down. The next request
 * replaces a process that has died.
 */

import type { RequestType } from "vscode-jsonrpc/node";
import type { Log } from "../core/foundation/log.ts";
import { startEngineProcess, type EngineProcess } from "./engineProcess.ts";
import type { ErrorData } from "./wire.ts";

export interface LibraryProcess {
  /** Process id while it runs. */
  readonly pid: number | undefined;
  /** @throws the answer's error; UserError "engine-stopped" if the process ends meanwhile */
  ask<Question, Answer>(
    request: RequestType<Question, Answer, ErrorData>,
    question: Question,
    signal?: AbortSignal,
  ): Promise<Answer>;
  dispose(): void;
}

export interface LibraryProcessOptions {
  /** The engine's bundle. */
  entry: string;
  log: Log;
  /** Milliseconds without a request before the process ends. */
  idleTime?: number;
}

export function openLibraryProcess({ entry, log, idleTime = 60_000 }: LibraryProcessOptions): LibraryProcess {
  const disposal = new AbortController();
  let running: EngineProcess | undefined;
  let pending = 0;
  let idle: NodeJS.Timeout | undefined;

  const start = (): EngineProcess => {
    const started = startEngineProcess(entry, "library", log);
    void started.exited.then(() => {
      if (running === started) running = undefined;
    });
    return started;
  };
  const end = (): void => {
    const ending = running;
    running = undefined;
    ending?.kill();
  };

  return {
    get pid() {
      return running?.pid;
    },
    async ask(request, question, signal) {
      disposal.signal.throwIfAborted();
      clearTimeout(idle);
      pending++;
      try {
        running ??= start();
        return await running.request(request, question, signal);
      } finally {
        pending--;
        if (pending === 0) idle = setTimeout(end, idleTime).unref();
      }
    },
    dispose() {
      disposal.abort();
      clearTimeout(idle);
      end();
    },
  };
}
