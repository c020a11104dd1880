/**
 * The completion process from one life to the next: starts it, gives it the selection, and replaces one that crashed, a little
 * later each time. Which state follows which is in engineState.ts.
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
  /** How it ended, such as "killed by SIGKILL". */
  reason: string;
  /** False once it has crashed too often: then only a restart by hand starts it again. */
  restarts: boolean;
}

export interface EngineLivesOptions {
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

/** One life of the engine: its process, and the answer to its latest selection. */
export interface Life {
  process: EngineProcess;
  selected: Promise<Selected>;
}

export interface EngineLives {
  /** Undefined while none runs. */
  readonly current: Life | undefined;
  readonly state: EngineState;
  /** Sets the selection of this life and of every later one. `byHand`: earlier crashes no longer count. */
  choose(next: Selection, byHand: boolean): void;
  /** The life that runs, or else a new one. @throws UserError "engine-stopped" after too many crashes; the signal's reason */
  alive(signal?: AbortSignal): Promise<Life>;
  /** Hands the selection to a life that was started with another one. */
  reselect(life: Life, next: Selection): void;
  /** Ends the process on purpose: this is no crash. */
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

  /** Takes the answer to the selection of `current`, unless a later one has overtaken it. */
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

/** Where the engine stands. `onState` is called at each change, until the signal is aborted. */
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

/** Does `work` in so many milliseconds, unless the signal is aborted before. */
async function after(milliseconds: number, signal: AbortSignal, work: () => void): Promise<void> {
  await sleep(milliseconds, undefined, { signal })
    .then(work)
    .catch(() => undefined);
}

/** Whoever awaits the selection is told of a failure; nobody need await it. That a process ended is told by its exit. */
async function outcomeOf(selected: Promise<Selected>): Promise<EngineEvent | undefined> {
  try {
    return { type: "selected", selected: await selected };
  } catch (error) {
    return isEnded(error) ? undefined : { type: "refused", error };
  }
}
