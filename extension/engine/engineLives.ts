/**
 * The successive completion processes: starts one, sends it the selection, and replaces one that crashed, each time
 * after a longer delay. engineState.ts defines the states.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { cudaEnvironment } from "../core/devices/cuda/cudaEnvironment.ts";
import { internalError, UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import type { Said } from "../core/foundation/words/said.ts";
import type { Device } from "../core/runtime/device.ts";
import { describeExit, startEngineProcess, type EngineProcess } from "./engineProcess.ts";
import { advance, asleep, isStopped, type EngineEvent, type EngineState, type Standing } from "./engineState.ts";
import {
  deviceFails,
  deviceFound,
  deviceOpens,
  selectRequest,
  type DeviceFallback,
  type Selected,
  type Selection,
} from "./protocol/completion.ts";
import { untilAborted } from "./wire.ts";

export interface Crash {
  /** The way it ended, such as "killed by SIGKILL". */
  reason: Said;
  /** False after too many crashes: then the user has to restart it. */
  restarts: boolean;
  /** The device that it computed on, if that was not the CPU. The next process does without it. */
  device?: Device;
}

export interface EngineLivesOptions {
  /** The engine's bundle. */
  entry: string;
  log: Log;
  /** Called once for each process that ends unexpectedly. */
  onCrash: (crash: Crash) => void;
  /** Called at each change of the state. */
  onState?: (state: EngineState) => void;
  /** Called when a device fails and completions continue on another in the same process. */
  onDeviceFailure?: (fallback: DeviceFallback) => void;
  /** Milliseconds before the first restart; each consecutive restart doubles them. */
  restartDelay?: number;
}

/** One life of the engine: its process, and the answer to its latest selection. */
export interface Life {
  process: EngineProcess;
  selected: Promise<Selected>;
  /** The device that its process opened last. */
  device: Device;
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
  reselect(life: Life): void;
  /** Ends the process on purpose, which does not count as a crash. */
  end(): void;
  dispose(): void;
}

export function createEngineLives(options: EngineLivesOptions): EngineLives {
  const { entry, log, onState, onDeviceFailure } = options;
  const disposal = new AbortController();
  const standing = openStanding(onState, disposal.signal);
  const { take } = standing;
  const wanted = openWanted();
  let life: Life | undefined;

  /** Takes the answer to the selection of `current`, unless a later selection has replaced it. */
  const follow = (current: Life): void => {
    const { selected } = current;
    void outcomeOf(selected).then((event) => {
      if (event && life === current && current.selected === selected) take(event);
    });
  };

  const select = (current: Life): void => {
    current.selected = current.process.request(selectRequest, wanted.now);
    follow(current);
  };

  const start = (): Life => {
    const { home, device } = wanted.now;
    const process = startEngineProcess(entry, "completion", log, cudaEnvironment(home, device));
    const started: Life = { process, selected: process.request(selectRequest, wanted.now), device: "cpu" };
    life = started;
    follow(started);
    followDevice(started, {
      fails(fallback) {
        if (life !== started) return;
        onDeviceFailure?.(fallback);
        const { state } = standing.now;
        if (state.phase === "ready") take({ type: "selected", selected: { ...state.selected, device: fallback.next } });
      },
      found: () => life === started && select(started),
    });
    void process.exited.then((exit) => {
      if (life !== started) return; // Ended on purpose.
      life = undefined;
      wanted.avoid(started.device);
      crashes.crashed(describeExit(exit), started.device);
    });
    return started;
  };

  const crashes = handleCrashes(options, standing, disposal.signal, () => {
    if (life) return;
    take({ type: "started" });
    start();
  });

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
      take({ type: "select", isFresh: wanted.choose(next, byHand) });
    },
    async alive(signal) {
      if (crashes.pause) await untilAborted(crashes.pause, signal);
      disposal.signal.throwIfAborted();
      if (!life) standing.check();
      return life ?? start();
    },
    reselect: select,
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

/** Does `work` after this many milliseconds, unless the signal is aborted first. */
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

/** Starts another life after a crash, unless there were too many, each time after a longer delay. */
function handleCrashes(
  { onCrash, restartDelay = 250 }: Pick<EngineLivesOptions, "onCrash" | "restartDelay">,
  standing: ReturnType<typeof openStanding>,
  signal: AbortSignal,
  restart: () => void,
): { readonly pause: Promise<void> | undefined; crashed: (reason: Said, device: Device) => void } {
  let pause: Promise<void> | undefined;
  return {
    get pause() {
      return pause;
    },
    crashed(reason, device) {
      standing.take({ type: "crashed", reason, at: Date.now() });
      const restarts = !isStopped(standing.now);
      if (restarts) {
        const delay = restartDelay * 2 ** (standing.now.crashes.length - 1);
        pause = after(delay, signal, () => {
          pause = undefined;
          restart();
        });
      }
      onCrash({ reason, restarts, ...(device !== "cpu" && { device }) });
    },
  };
}

/** Keeps the selection, without the devices on which a process has died: a driver that crashed once would do so again. */
function openWanted(): {
  readonly now: Selection;
  /** Returns whether earlier crashes do not apply. A choice by hand tries all devices again. */
  choose: (next: Selection, byHand: boolean) => boolean;
  avoid: (device: Device) => void;
} {
  let selection: Selection | undefined;
  let without: readonly Device[] = [];
  return {
    get now() {
      if (!selection) throw internalError("the engine was asked before a base was selected");
      return without.length === 0 ? selection : { ...selection, without };
    },
    choose(next, byHand) {
      const isFresh = byHand || !isDeepStrictEqual(next, selection);
      selection = next;
      if (byHand) without = [];
      return isFresh;
    },
    avoid(device) {
      if (device !== "cpu") without = [...without, device];
    },
  };
}

/** Remembers the device of `current`, and passes on what its process reports about devices. */
function followDevice(current: Life, on: { fails: (fallback: DeviceFallback) => void; found: () => void }): void {
  const { process } = current;
  process.onRequest(deviceOpens, ({ device }) => {
    current.device = device;
    return Promise.resolve(null);
  });
  process.onNotification(deviceFails, on.fails);
  process.onNotification(deviceFound, on.found);
}
