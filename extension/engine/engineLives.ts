/**
 * The successive completion processes: starts one, sends it the selection, and replaces one that crashed, each time
 * after a longer delay. engineState.ts defines the states.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { internalError, UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import { describeExit, startEngineProcess, type EngineProcess } from "./engineProcess.ts";
import { advance, asleep, isStopped, type EngineEvent, type EngineState, type Standing } from "./engineState.ts";
import { selectRequest, type Selected, type Selection } from "./protocol.ts";
import { untilAborted } from "./wire.ts";

export interface Crash {
  /** The way it ended, such as "killed by SIGKILL". */
  reason: string;
  /** False after too many crashes: then the user has to restart it. */
  restarts: boolean;
}

export interface EngineLivesOptions {
  /** The engine's bundle. */
  entry: string;
  log: Log;
  /** Called once for each process that ends unexpectedly. */
  onCrash: (crash: Crash) => void;
  /** Called at each change of the state. */
  onState?: (state: EngineState) => void;
  /** Milliseconds before the first restart; each consecutive restart doubles them. */
  restartDelay?: number;
}

/** One life of the engine: its process, and the answer to its latest selection. */
export interface Life {
  process: EngineProcess;
  selected: Promise<Selected>;
}

export interface EngineLives {
  /** Undefined while no process runs. */
  readonly current: Life | undefined;
  readonly state: EngineState;
  /** Sets the selection of this life and of every later one. `byHand`: earlier crashes no longer count. */
  choose(next: Selection, byHand: boolean): void;
  /**
   * Returns the current life, or a new one. @throws UserError "engine-stopped" after too many crashes; the signal's
   * reason
   */
  alive(signal?: AbortSignal): Promise<Life>;
  /** Sends the selection to a life that started with another one. */
  reselect(life: Life, next: Selection): void;
  /** Ends the process on purpose, which does not count as a crash. */
  end(): void;
  dispose(): void;
}

export function createEngineLives(options: EngineLivesOptions): EngineLives {
  const { entry, log, onCrash, onState, restartDelay = 250 } = options;
  const disposal = new AbortController();
  const standing = openStanding(onState, disposal.signal);
  const { take } = standing;
  let selection: Selection | undefined;
  let life: Life | undefined;
  let pause: Promise<void> | undefined;

  /** Takes the answer to the selection of `current`, unless a later selection has replaced it. */
  const follow = (current: Life): void => {
    const { selected } = current;
    void outcomeOf(selected).then((event) => {
      if (event && life === current && current.selected === selected) take(event);
    });
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
    const restarts = !isStopped(standing.now);
    if (restarts) {
      const delay = restartDelay * 2 ** (standing.now.crashes.length - 1);
      pause = after(delay, disposal.signal, () => {
        pause = undefined;
        if (life) return;
        take({ type: "started" });
        start();
      });
    }
    onCrash({ reason, restarts });
  };

  const end = (): void => {
    life?.process.kill();
    life = undefined;
  };

  return {
    get current() {
      return life;
    },
    get state() {
      return standing.now.state;
    },
    choose(next, byHand) {
      const isFresh = byHand || !isDeepStrictEqual(next, selection);
      selection = next;
      take({ type: "select", isFresh });
    },
    async alive(signal) {
      if (pause) await untilAborted(pause, signal);
      disposal.signal.throwIfAborted();
      if (!life) standing.check();
      return life ?? start();
    },
    reselect(current, next) {
      current.selected = current.process.request(selectRequest, next);
      follow(current);
    },
    end,
    dispose() {
      disposal.abort();
      end();
    },
  };
}

function isEnded(error: unknown): boolean {
  return error instanceof UserError && error.code === "engine-stopped";
}

/** The state of the engine. Calls `onState` at each change, until the signal is aborted. */
function openStanding(
  onState: ((state: EngineState) => void) | undefined,
  signal: AbortSignal,
): {
  readonly now: Standing;
  take: (event: EngineEvent) => void;
  /** @throws UserError "engine-stopped" after too many crashes */
  check: () => void;
} {
  let now = asleep;
  return {
    get now() {
      return now;
    },
    take(event) {
      const before = now.state;
      now = advance(now, event);
      if (now.state !== before && !signal.aborted) onState?.(now.state);
    },
    check() {
      if (now.state.phase === "failed" && isStopped(now)) throw now.state.error;
    },
  };
}

/** Does `work` after so many milliseconds, unless the signal is aborted first. */
async function after(milliseconds: number, signal: AbortSignal, work: () => void): Promise<void> {
  await sleep(milliseconds, undefined, { signal })
    .then(work)
    .catch(() => undefined);
}

/**
 * Callers that await the selection get its failure; others need not await it. The exit reports that a process ended.
 */
async function outcomeOf(selected: Promise<Selected>): Promise<EngineEvent | undefined> {
  try {
    return { type: "selected", selected: await selected };
  } catch (error) {
    return isEnded(error) ? undefined : { type: "refused", error };
  }
}
