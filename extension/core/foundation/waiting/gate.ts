/**
 * A gate that long work passes at its safe points. Its controller closes it to make the work wait, and opens it again.
 *
 * Independent of the kind of work and of the reasons for waiting.
 */

import { EventEmitter, once } from "node:events";

/** The gate as the work sees it. */
export interface Gate {
  /** Resolves at once while the gate is open, otherwise when it opens. @throws the signal's reason once it is aborted */
  readonly pass: (signal?: AbortSignal) => Promise<void>;
  /** Seconds on a clock that stands still while the work waits. */
  readonly now: () => number;
}

export interface ControlledGate extends Gate {
  readonly close: () => void;
  readonly open: () => void;
}

/** A gate that is never closed. */
export const openGate: Gate = {
  pass: async (signal) => signal?.throwIfAborted(),
  now: () => performance.now() / 1000,
};

/** Returns an open gate. @param onWait called with true when the work begins to wait, and with false when it no longer does */
export function createGate(onWait: (waits: boolean) => void = () => {}): ControlledGate {
  const events = new EventEmitter();
  let isOpen = true;
  let waited = 0;
  const isClosed = (): boolean => !isOpen;

  const wait = async (signal: AbortSignal | undefined): Promise<void> => {
    const from = openGate.now();
    onWait(true);
    try {
      while (isClosed()) await once(events, "open", { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      waited += openGate.now() - from;
      onWait(false);
    }
  };

  return {
    async pass(signal) {
      signal?.throwIfAborted();
      if (isClosed()) await wait(signal);
    },
    now: () => openGate.now() - waited,
    close() {
      isOpen = false;
    },
    open() {
      isOpen = true;
      events.emit("open");
    },
  };
}
