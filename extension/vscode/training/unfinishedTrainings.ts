/** The unfinished trainings of this machine on disk: lists them, and discards them with an undo. Runs none of them. */

import { join } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/foundation/errors.ts";
import { verbatim } from "../../core/foundation/words/said.ts";
import { mayHoldTrainings } from "../../core/training/output/workFolder.ts";
import type { DiscardedTraining, UnfinishedTraining } from "../../core/training/unfinished.ts";
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
  /**
   * Makes sure that the training can resume here, whatever the list says.
   *
   * @throws UserError "training-busy" if another window runs it, "training-gone" if one has ended it
   */
  check(name: string): Promise<void>;
  /** @throws UserError "training-busy", "training-gone" */
  discard(name: string): Promise<DiscardedTraining>;
  /** Brings back the one that was discarded last under this name. */
  restore(name: string): Promise<void>;
}

/** Loads the code that reads and checks whole trainings, only when there is one. */
const onDisk = () => import("../../core/training/unfinished.ts");

/** Milliseconds for which a discard can be undone, at most. */
const undoTime = 10 * 60_000;
/** Milliseconds between two reads while there are any: other windows may resume, finish or discard them. */
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
      const found = (await mayHoldTrainings(folder)) ? await tidied(folder) : [];
      const isNew = JSON.stringify(found) !== JSON.stringify(list);
      list = found;
      if (isNew) changed.fire();
    } catch (error) {
      log.error(detailed(error));
    }
    clearTimeout(timer);
    if (list.length > 0) timer = setTimeout(() => void refresh(), watchTime);
  };

  const check = async (name: string): Promise<void> => {
    const { unfinishedTrainings } = await onDisk();
    const found = (await unfinishedTrainings(folder)).find((training) => training.name === name);
    if (found && !found.busy) return;
    await refresh();
    throw found ? busyElsewhere(name) : goneElsewhere(name);
  };

  const discarded = keepDiscardedTrainings({
    undoTime,
    onChange: () => changed.fire(),
    onError: (error) => log.error(detailed(error)),
  });

  // Another window may have begun one meanwhile.
  const focus = vscode.window.onDidChangeWindowState(({ focused }) => focused && void refresh());
  subscriptions.push(changed, discarded, focus, { dispose: () => clearTimeout(timer) });
  return {
    get list() {
      return list;
    },
    get discarded() {
      return discarded.names();
    },
    onDidChange: changed.event,
    refresh,
    check,
    async discard(name) {
      try {
        const { setAsideTraining } = await onDisk();
        const training = discarded.add(name, await setAsideTraining(join(folder, name)));
        // The list is right again once the promise resolves.
        return { ...training, restore: () => training.restore().finally(refresh) };
      } catch (error) {
        throw ofWindows(name, error);
      } finally {
        await refresh();
      }
    },
    restore: (name) => discarded.restore(name).finally(refresh),
  };
}

/** Removes what was discarded long ago, and lists what is unfinished. */
async function tidied(folder: string): Promise<UnfinishedTraining[]> {
  const { removeDiscarded, unfinishedTrainings } = await onDisk();
  await removeDiscarded(folder, new Date(Date.now() - undoTime));
  return unfinishedTrainings(folder);
}

/** Returns the error in the words of windows, if another one runs or has ended the training; core knows only folders. */
export function ofWindows(name: string, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  if (error.code === "training-busy") return busyElsewhere(name);
  return error.code === "checkpoint-missing" || error.code === "training-gone" ? goneElsewhere(name) : error;
}

/** Returns the error for starting another training here while the one of this name runs. */
export function busyWith(name: string): UserError {
  const message = vscode.l10n.t('The training "{0}" runs in this window.', name);
  return new UserError("training-busy", verbatim(message), verbatim(vscode.l10n.t("Wait until it ends, or pause it.")));
}

function busyElsewhere(name: string): UserError {
  const message = vscode.l10n.t('The training "{0}" runs in another window.', name);
  return new UserError(
    "training-busy",
    verbatim(message),
    verbatim(vscode.l10n.t("Pause it there, or wait until it ends.")),
  );
}

function goneElsewhere(name: string): UserError {
  const message = vscode.l10n.t('The training "{0}" was finished in another window.', name);
  const nextStep = vscode.l10n.t("If it made an adapter, that is in the list of adapters.");
  return new UserError("training-gone", verbatim(message), verbatim(nextStep));
}
