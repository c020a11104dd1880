/** Trainings that were discarded in this window, each set aside for a while in which it can be brought back. */

import type { DiscardedTraining } from "../../core/training/unfinished.ts";

export interface DiscardedTrainings {
  /** The names of those that can be brought back. */
  names(): string[];
  /** Keeps a training that was set aside, and removes it for good when its time is over. */
  add(name: string, setAside: DiscardedTraining): DiscardedTraining;
  /** Brings back the one that was discarded last under this name. */
  restore(name: string): Promise<void>;
  dispose(): void;
}

export interface DiscardedOptions {
  /** Milliseconds. */
  undoTime: number;
  onChange: () => void;
  onError: (error: unknown) => void;
}

export function keepDiscardedTrainings({ undoTime, onChange, onError }: DiscardedOptions): DiscardedTrainings {
  const kept = new Map<string, DiscardedTraining>();
  const timers = new Set<NodeJS.Timeout>();

  const add: DiscardedTrainings["add"] = (name, setAside) => {
    let isBack = false;
    const forget = (): void => {
      clearTimeout(timer);
      timers.delete(timer);
      if (kept.get(name) === training) kept.delete(name);
      onChange();
    };
    const training: DiscardedTraining = {
      async restore() {
        if (isBack) return; // Undo is offered in the view and in a notification.
        await setAside.restore();
        isBack = true;
        forget();
      },
      async remove() {
        forget();
        await setAside.remove();
      },
    };
    const timer = setTimeout(() => void training.remove().catch(onError), undoTime);
    timers.add(timer);
    kept.set(name, training);
    return training;
  };

  return {
    names: () => [...kept.keys()],
    add,
    restore: async (name) => await kept.get(name)?.restore(),
    dispose() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
