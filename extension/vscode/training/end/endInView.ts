/** The end of a training in view: stays true whatever happens to its adapter and its unfinished run, and changes which adapters are in use. */

import type * as vscode from "vscode";
import type { TrainingDone, TrainingState } from "../../../../webview/protocol/training.ts";
import type { AdapterLibrary } from "../../adapters/adapterLibrary.ts";
import type { UnfinishedTrainings } from "../unfinishedTrainings.ts";
import { putIntoUse, useAmong, type UseOptions } from "./adapterInUse.ts";

export interface EndOptions extends UseOptions {
  library: UseOptions["library"] &
    Pick<AdapterLibrary, "names" | "onDidChangeActive" | "onDidChangeNames" | "onDidRename">;
  unfinished: UnfinishedTrainings;
  /** The state of the window's training. */
  now: () => TrainingState;
  become: (state: TrainingState) => void;
}

export interface EndInView {
  /** Puts the adapter whose training ended into use. */
  activate(name: string): Promise<void>;
  /** Brings back the adapters that it replaced. */
  bringBack(): Promise<void>;
}

export function followEnd(options: EndOptions, subscriptions: vscode.Disposable[]): EndInView {
  const { library, unfinished, now, become } = options;
  const update = (change: (done: TrainingDone) => Partial<TrainingDone>): void => {
    const state = now();
    if (state.phase === "done") become({ ...state, ...change(state) });
  };
  subscriptions.push(
    library.onDidRename(({ from, to }) => {
      const newName = (name: string): string => (name === from ? to : name);
      update(({ name, replaced }) => ({
        name: newName(name),
        replaced: replaced?.map((one) => ({ ...one, name: newName(one.name) })),
      }));
    }),
    library.onDidChangeActive((active) => {
      update(({ name, replaced }) => {
        const use = useAmong(active, name);
        return { ...use, replaced: use.active && use.beside.length === 0 ? replaced : undefined };
      });
    }),
    library.onDidChangeNames(async () => {
      const names = await library.names();
      update(({ name }) => ({ deleted: !names.includes(name) }));
    }),
    unfinished.onDidChange(() => isTakenElsewhere(now(), unfinished) && become({ phase: "idle" })),
  );
  return {
    async activate(name) {
      const use = await putIntoUse(name, options);
      update((done) => (done.name === name ? use : {}));
    },
    async bringBack() {
      const state = now();
      if (state.phase === "done" && state.replaced) await library.activate(state.replaced);
    },
  };
}

/** Whether the end in view offers to resume a training that another window now runs or has ended. */
function isTakenElsewhere(state: TrainingState, { list }: UnfinishedTrainings): boolean {
  if ((state.phase !== "failed" && state.phase !== "cancelled") || !state.reached) return false;
  return !list.some(({ name, busy }) => name === state.name && !busy);
}
