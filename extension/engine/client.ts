/**
 * The editor's completion engine: one process that is always there when it is asked.
 *
 * Restarts what crashed, a little later each time, and gives a new process the state of the old one. Knows nothing of
 * VS Code: who is told about a crash, and how, is the caller's business.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { RequestType } from "vscode-jsonrpc/node";
import { internalError, UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import type { Completion, CompletionRequest } from "../core/completion/completer.ts";
import { describeExit, startEngineProcess, type EngineProcess } from "./engineProcess.ts";
import { completeRequest, selectRequest, type Selected, type Selection } from "./protocol.ts";
import { untilAborted, type ErrorData } from "./wire.ts";

export interface Crash {
  /** How it ended, such as "killed by SIGKILL". */
  reason: string;
  /** False once it has crashed too often: then only {@link CompletionClient.restart} starts it again. */
  restarts: boolean;
}

export interface CompletionClient {
  /** Process id while one runs. */
  readonly pid: number | undefined;
  /** Sets base and adapters, for now and for every later process. Starts the engine. */
  select(selection: Selection, signal?: AbortSignal): Promise<Selected>;
  /** @throws UserError "engine-stopped" if the engine ends meanwhile; the crash is told through onCrash. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /** Anything else that is no matter of the selection. */
  ask<Question, Answer>(request: RequestType<Question, Answer, ErrorData>, question: Question): Promise<Answer>;
  /** Ends the process and starts another with `selection`, also after too many crashes. */
  restart(selection: Selection): Promise<Selected>;
  dispose(): void;
}

export interface CompletionClientOptions {
  /** The engine's bundle. */
  entry: string;
  log: Log;
  /** Called once for each process that ended without being asked to. */
  onCrash: (crash: Crash) => void;
  /** Milliseconds before the first restart; each further one in a row waits twice as long. */
  restartDelay?: number;
}

/** Crashes within this time of each other count as a row of crashes. */
const crashWindow = 3 * 60_000;
const crashLimit = 5;

/** One life of the engine: its process, and the answer to the selection it was started with. */
interface Life {
  process: EngineProcess;
  selected: Promise<Selected>;
}

export function createCompletionClient(options: CompletionClientOptions): CompletionClient {
  const { entry, log, onCrash, restartDelay = 250 } = options;
  const disposal = new AbortController();
  let selection: Selection | undefined;
  let life: Life | undefined;
  let crashes: number[] = [];
  let pause: Promise<void> | undefined;

  const start = (): Life => {
    if (!selection) throw internalError("the engine was asked before a base was selected");
    const process = startEngineProcess(entry, "completion", log);
    const selected = process.request(selectRequest, selection);
    selected.catch(() => undefined); // Whoever awaits it is told; nobody need await it.
    const started: Life = { process, selected };
    life = started;
    void process.exited.then((exit) => {
      if (life !== started) return; // Ended on purpose.
      life = undefined;
      crashed(describeExit(exit));
    });
    return started;
  };

  const crashed = (reason: string): void => {
    const now = Date.now();
    crashes = [...crashes.filter((time) => now - time < crashWindow), now];
    const restarts = crashes.length < crashLimit;
    if (restarts) {
      pause = sleep(restartDelay * 2 ** (crashes.length - 1), undefined, {
        signal: disposal.signal,
      })
        .then(() => {
          pause = undefined;
          if (!life) start();
        })
        .catch(() => undefined); // Disposed meanwhile.
    }
    onCrash({ reason, restarts });
  };

  const alive = async (signal?: AbortSignal): Promise<Life> => {
    if (pause) await untilAborted(pause, signal);
    disposal.signal.throwIfAborted();
    if (!life && crashes.length >= crashLimit) throw stoppedForGood();
    return life ?? start();
  };

  const end = (): void => {
    const ending = life;
    life = undefined;
    ending?.process.kill();
  };

  return {
    get pid() {
      return life?.process.pid;
    },
    async select(next, signal) {
      selection = next;
      const before = life;
      const current = await alive(signal);
      // A process that was started just now was started with this selection.
      if (current === before) {
        current.selected = current.process.request(selectRequest, next);
        current.selected.catch(() => undefined);
      }
      return untilAborted(current.selected, signal);
    },
    async complete(request, signal) {
      const current = await alive(signal);
      await untilAborted(current.selected, signal);
      return current.process.request(completeRequest, request, signal);
    },
    async ask(request, question) {
      const current = await alive();
      return current.process.request(request, question);
    },
    async restart(next) {
      selection = next;
      crashes = [];
      end();
      return (await alive()).selected;
    },
    dispose() {
      disposal.abort();
      end();
    },
  };
}

function stoppedForGood(): UserError {
  return new UserError(
    "engine-stopped",
    `Graft's engine ended ${crashLimit} times within ${crashWindow / 60_000} minutes and was not started again.`,
    'Run "Graft: Restart engine", or look into Graft\'s log for the reason.',
  );
}
