/**
 * An engine process that starts when it is needed, ends after some time without a request, and stays down after too many crashes. Knows
 * nothing of its messages.
 */

import type { Log } from "../core/foundation/log.ts";
import { startEngineProcess, type EngineProcess } from "./engineProcess.ts";
import type { Role } from "./protocol/roles.ts";

export interface SleepingProcess {
  readonly running: EngineProcess | undefined;
  /** Whether it has crashed too often to be started again. */
  readonly isDown: boolean;
  /** Returns the process, or starts it; undefined after too many crashes. */
  wake(): EngineProcess | undefined;
  /** Settles once the last process is gone. */
  end(): Promise<void>;
  /** Crashes so far no longer count. */
  forgive(): void;
  dispose(): void;
}

export interface SleepingProcessOptions {
  /** The engine's bundle. */
  entry: string;
  role: Role;
  log: Log;
  /** Milliseconds without a call of `wake` before the process ends. */
  idleTime: number;
  mostCrashes: number;
  /** Whether it must keep running even without requests. */
  isBusy: () => boolean;
  onStart: (process: EngineProcess) => void;
  /** Called when it ends, for whatever reason. */
  onEnd: () => void;
}

export function openSleepingProcess(options: SleepingProcessOptions): SleepingProcess {
  const { entry, role, log, idleTime, mostCrashes, isBusy, onStart, onEnd } = options;
  let running: EngineProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let crashes = 0;
  let isDisposed = false;

  let gone: Promise<unknown> = Promise.resolve();
  const end = async (): Promise<void> => {
    const ending = running;
    running = undefined;
    if (ending) {
      ending.kill();
      gone = ending.exited;
      onEnd();
    }
    await gone;
  };
  const rest = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => (isBusy() ? rest() : void end()), idleTime).unref();
  };
  const isDown = (): boolean => !running && crashes >= mostCrashes;
  const start = (): EngineProcess => {
    const started = startEngineProcess(entry, role, log);
    running = started;
    void started.exited.then(() => {
      if (running !== started) return; // Ended on purpose.
      running = undefined;
      crashes++;
      onEnd();
    });
    onStart(started);
    return started;
  };

  return {
    get running() {
      return running;
    },
    get isDown() {
      return isDown();
    },
    wake() {
      if (isDisposed || isDown()) return undefined;
      rest();
      return running ?? start();
    },
    end,
    forgive() {
      crashes = 0;
    },
    dispose() {
      isDisposed = true;
      clearTimeout(idle);
      void end();
    },
  };
}
