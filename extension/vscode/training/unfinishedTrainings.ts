/** The unfinished trainings of this machine on disk: lists them, and discards them with an undo. Runs none of them. */

import { join } from "node:path";
import * as vscode from "vscode";
import {
  removeDiscarded,
  setAsideTraining,
  unfinishedTrainings,
  type DiscardedTraining,
  type UnfinishedTraining,
} from "../../core/training/unfinished.ts";
import { detailed } from "../messages.ts";
import { keepDiscardedTrainings } from "./discardedTrainings.ts";

export interface UnfinishedTrainings {
  /** At the last read of the disk, by name. */
  readonly list: readonly UnfinishedTraining[];
  readonly onDidChange: vscode.Event<void>;
  /** Reads the disk again. Never rejects: the log reports a list that cannot be read, and the old list stays. */
  refresh(): Promise<void>;
  /** Names of trainings that were discarded here and can be brought back; for {@link undoTime}. */
  readonly discarded: readonly string[];
  /** @throws UserError "training-busy" */
  discard(name: string): Promise<DiscardedTraining>;
  /** Brings back the one that was discarded last under this name. */
  restore(name: string): Promise<void>;
}

/** Milliseconds for which a discard can be undone, at most. */
const undoTime = 10 * 60_000;
/** Milliseconds between two reads while trainings of other windows run. */
const watchTime = 3000;

export function openUnfinishedTrainings(
  { folder, log }: { folder: string; log: vscode.LogOutputChannel },
  subscriptions: vscode.Disposable[],
): UnfinishedTrainings {
  const changed = new vscode.EventEmitter<void>();
  let list: readonly UnfinishedTraining[] = [];
  let timer: NodeJS.Timeout | undefined;

  const refresh = async (): Promise<void> => {
    clearTimeout(timer);
    try {
      await removeDiscarded(folder, new Date(Date.now() - undoTime));
      const found = await unfinishedTrainings(folder);
      const isNew = JSON.stringify(found) !== JSON.stringify(list);
      list = found;
      if (isNew) changed.fire();
    } catch (error) {
      log.error(detailed(error));
    }
    clearTimeout(timer);
    if (list.some(({ busy }) => busy)) timer = setTimeout(() => void refresh(), watchTime);
  };

  const discarded = keepDiscardedTrainings({
    undoTime,
    onChange: () => changed.fire(),
    onError: (error) => log.error(detailed(error)),
  });

  subscriptions.push(changed, discarded, { dispose: () => clearTimeout(timer) });
  return {
    get list() {
      return list;
    },
    get discarded() {
      return discarded.names();
    },
    onDidChange: changed.event,
    refresh,
    async discard(name) {
      try {
        const training = discarded.add(name, await setAsideTraining(join(folder, name)));
        // The list is right again once the promise resolves.
        return { ...training, restore: () => training.restore().finally(refresh) };
      } finally {
        await refresh();
      }
    },
    restore: (name) => discarded.restore(name).finally(refresh),
  };
}
