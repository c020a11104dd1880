/**
 * Deletes adapters, with Undo while the notification is visible. Once a deletion can no longer be undone, the files that the adapter's
 * training held out are deleted, too, because they are the user's code. The adapter itself stays in a folder that the user may empty.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { isFolder } from "../../core/foundation/exists.ts";
import { deleteAdapter, deletedBefore, restoreAdapter } from "../../core/adapters/library/keptAdapters.ts";
import type { AdapterViewOptions } from "./adapterView.ts";

type DeletionOptions = Pick<AdapterViewOptions, "library" | "places" | "messages">;

export async function deleteWithUndo(name: string, options: DeletionOptions): Promise<void> {
  const { library, messages } = options;
  const deleted = deletedFolder(options);
  // Forgets an earlier deletion of this name. If the adapter is gone, another window may just have deleted it.
  if (await isFolder(join(library.folder, name))) await forget([name], options);
  await deleteAdapter(library.folder, name, deleted);
  library.refresh();
  // The workspace remembers the names of its adapters, so a restored adapter is in use again.
  const undo = async (): Promise<void> => {
    await restoreAdapter(library.folder, name, deleted);
    library.refresh();
  };
  messages.tell("info", vscode.l10n.t('Deleted the adapter "{0}".', name), [
    { title: vscode.l10n.t("Undo"), run: undo },
  ]);
}

/** Milliseconds for which another window may offer Undo: a day. */
const undoable = 24 * 60 * 60 * 1000;

/** Forgets deletions older than {@link undoable}. A new window does not have their notifications. */
export async function forgetEarlierDeletions(options: DeletionOptions): Promise<void> {
  await forget(await deletedBefore(Date.now() - undoable, deletedFolder(options)), options);
}

/** Only logs a failure, because the user has not asked for this. */
async function forget(names: readonly string[], options: DeletionOptions): Promise<void> {
  if (names.length === 0) return;
  const { library, places, messages } = options;
  const gone = names.map((name) => join(deletedFolder(options), name));
  try {
    // Loaded when something was deleted, not when the editor starts.
    const { forgetHeldOut } = await import("../../core/training/output/keptHeldOut.ts");
    await forgetHeldOut(gone, library.folder, places.home);
  } catch (error) {
    messages.log(error);
  }
}

function deletedFolder({ places }: DeletionOptions): string {
  return join(places.home, "deleted-adapters");
}
