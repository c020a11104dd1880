/** Renames, deletes and restores adapters of a library: a folder with one folder per adapter. Reads none of them. */

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { moveFolder } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";

/** @throws UserError "adapter-missing", "name-taken", "not-writable" */
export async function renameAdapter(library: string, from: string, to: string): Promise<void> {
  await move(join(library, from), join(library, to), `Cannot rename adapter "${from}"`);
}

/**
 * Moves an adapter to `deleted`, a folder that the user may empty. An earlier deletion of the same name gives way.
 *
 * @throws UserError "adapter-missing", "not-writable"
 */
export async function deleteAdapter(library: string, name: string, deleted: string): Promise<void> {
  const action = `Cannot delete adapter "${name}"`;
  if (!(await exists(join(library, name)))) throw missing(action, join(library, name));
  await rm(join(deleted, name), { recursive: true, force: true });
  await move(join(library, name), join(deleted, name), action);
}

/** @throws UserError "adapter-missing"; "name-taken" if another adapter has the name by now; "not-writable" */
export async function restoreAdapter(library: string, name: string, deleted: string): Promise<void> {
  await move(join(deleted, name), join(library, name), `Cannot restore adapter "${name}"`);
}

async function move(from: string, to: string, action: string): Promise<void> {
  if (!(await exists(from))) throw missing(action, from);
  if (await exists(to)) {
    const message = `${action}: another one is named "${basename(to)}".`;
    throw new UserError("name-taken", message, "Choose another name, or rename that one first.");
  }
  await moveFolder(from, to);
}

function missing(action: string, folder: string): UserError {
  return new UserError(
    "adapter-missing",
    `${action}: ${folder} does not exist.`,
    "Another window may have removed it.",
  );
}
