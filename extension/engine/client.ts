/**
 * The editor's completion engine: one process that is always there when it is asked.
 *
 * Restarts what crashed, a little later each time, and gives a new process the selection of the old one. Which state
 * follows which is in engineState.ts. Knows nothing of VS Code: who is told about a crash, and how, is the caller's business.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { internalError, UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import type { Completion } from "../core/completion/completer.ts";
import type { CompletionRequest } from "../core/completion/completionRequest.ts";
import { advance, asleep, isStopped, type EngineEvent, type EngineState } from "./engineState.ts";
import { describeExit, startEngineProcess, type EngineProcess } from "./engineProcess.ts";
import { completeRequest, selectRequest, type Selected, type Selection } from "./protocol.ts";
import { untilAborted } from "./wire.ts";

export interface Crash {
  /** How it ended, such as "killed by SIGKILL". */
  reason: string;
  /** False once it has crashed too often: then only {@link CompletionClient.restart} starts it again. */
  restarts: boolean;
}

export interface CompletionClient {
  /** Process id while one runs. */
  readonly pid: number | undefined;
  readonly state: EngineState;
  /** Sets base and adapters, for now and for every later process. Starts the engine. */
  select(selection: Selection, signal?: AbortSignal): Promise<Selected>;
  /** @throws UserError "engine-stopped" if the engine ends meanwhile; the crash is told through onCrash. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
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
  /** Called at each change of the state. */
  onState?: (state: EngineState) => void;
  /** Milliseconds before the first restart; each further one in a row waits twice as long. */
  restartDelay?: number;
}

/** One life of the engine: its process, and the answer to the selection it was started with. */
interface Life {
  process: EngineProcess;
  selected: Promise<Selected>;
}

export function createCompletionClient(options: CompletionClientOptions): CompletionClient {
  const { entry, log, onCrash, onState = () => undefined, restartDelay = 250 } = options;
  const disposal = new AbortController();
  let standing = asleep;
  let selection: Selection | undefined;
  let life: Life | undefined;
  let pause: Promise<void> | undefined;

  const take = (event: EngineEvent): void => {
    const before = standing.state;
    standing = advance(standing, event);
    if (standing.state !== before && !disposal.signal.aborted) onState(standing.state);
  };

  /** Takes the answer to the selection of `current`, unless a later one has overtaken it. */
  const follow = (current: Life): void => {
    const { selected } = current;
    const isLatest = (): boolean => life === current && current.selected === selected;
    selected.then(
      (answer) => isLatest() && take({ type: "selected", selected: answer }),
      // Whoever awaits it is told; nobody need await it. That a process ended is told by its exit.
      (error: unknown) => isLatest() && !isEnded(error) && take({ type: "refused", error }),
    );
  };

  const start = (): Life => {
    if (!selection) throw internalError("the engine was asked before a base was selected");
    const process = startEngineProcess(entry, "completion", log);
    const started: Life = { process, selected: process.request(selectRequest, selection) };
    life = started;
    follow(started);
    void process.exited.then((exit) => {
      if (life !== started) return; // Ended on purpose.
      life = undefined;
      crashed(describeExit(exit));
    });
    return started;
  };

  const crashed = (reason: string): void => {
    take({ type: "crashed", reason, at: Date.now() });
    const restarts = !isStopped(standing);
    if (restarts) {
      const delay = restartDelay * 2 ** (standing.crashes.length - 1);
      pause = sleep(delay, undefined, { signal: disposal.signal })
        .then(() => {
          pause = undefined;
          if (life) return;
          take({ type: "started" });
          start();
        })
        .catch(() => undefined); // Disposed meanwhile.
    }
    onCrash({ reason, restarts });
  };

  const alive = async (signal?: AbortSignal): Promise<Life> => {
    if (pause) await untilAborted(pause, signal);
    disposal.signal.throwIfAborted();
    if (!life && standing.state.phase === "failed" && isStopped(standing)) throw standing.state.error;
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
    get state() {
      return standing.state;
    },
    async select(next, signal) {
      const isFresh = !isDeepStrictEqual(next, selection);
      selection = next;
      take({ type: "select", isFresh });
      const before = life;
      const current = await alive(signal);
      // A process that was started just now was started with this selection.
      if (current === before) {
        current.selected = current.process.request(selectRequest, next);
        follow(current);
      }
      return untilAborted(current.selected, signal);
    },
    async complete(request, signal) {
      const current = await alive(signal);
      await untilAborted(current.selected, signal);
      return current.process.request(completeRequest, request, signal);
    },
    async restart(next) {
      selection = next;
      end();
      take({ type: "select", isFresh: true });
      return (await alive()).selected;
    },
    dispose() {
      disposal.abort();
      end();
    },
  };
}

function isEnded(error: unknown): boolean {
  return error instanceof UserError && error.code === "engine-stopped";
}
