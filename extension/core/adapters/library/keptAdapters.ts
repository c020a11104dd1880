/** Renames, deletes and restores adapters of a library: a folder with one folder per adapter. Does not read the adapters. */

import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { moveFolder } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists, infoOf } from "../../foundation/exists.ts";
import { isPortableName } from "../../foundation/platform.ts";
import { say, type Said } from "../../foundation/words/said.ts";

/** @throws UserError "adapter-missing", "name-invalid", "name-taken", "not-writable" */
export async function renameAdapter(library: string, from: string, to: string): Promise<void> {
  const action = say`Cannot rename adapter "${from}"`;
  const [folder, target] = [folderOf(library, from, action), folderOf(library, to, action)];
  if (!isPortableName(to)) {
    const message = say`${action} to "${to}": Windows keeps this name for itself.`;
    throw new UserError("name-invalid", message, say`Choose another name, with no dot or space at its end.`);
  }
  await move(folder, target, action);
}

/**
 * Moves an adapter to `deleted`, a folder that the user may empty. Replaces an earlier deletion of the same name.
 *
 * @throws UserError "adapter-missing", "not-writable"
 */
export async function deleteAdapter(library: string, name: string, deleted: string): Promise<void> {
  const action = say`Cannot delete adapter "${name}"`;
  const folder = folderOf(library, name, action);
  if (!(await exists(folder))) throw missing(action, folder);
  await rm(join(deleted, name), { recursive: true, force: true });
  await move(folder, join(deleted, name), action);
}

/** Returns the names of the adapters that were moved to `deleted` before `time`, in milliseconds since 1970. */
export async function deletedBefore(time: number, deleted: string): Promise<string[]> {
  const names = await readdir(deleted).catch(() => []);
  const infos = await Promise.all(names.map((name) => infoOf(join(deleted, name))));
  // Moving a folder changes its ctime, but not its mtime.
  return names.filter((_, i) => (infos[i]?.ctimeMs ?? Infinity) < time);
}

/** @throws UserError "adapter-missing"; "name-taken" if another adapter has taken the name; "not-writable" */
export async function restoreAdapter(library: string, name: string, deleted: string): Promise<void> {
  const action = say`Cannot restore adapter "${name}"`;
  await move(folderOf(deleted, name, action), folderOf(library, name, action), action);
}

/** Whether a name refers to a folder inside a library. Names also come from command arguments, and ".." is another folder. */
export function isAdapterName(name: string): boolean {
  return name !== "" && !name.startsWith(".") && !/[/\\\0]/.test(name);
}

function folderOf(library: string, name: string, action: Said): string {
  if (!isAdapterName(name)) throw missing(action, join(library, name));
  return join(library, name);
}

async function move(from: string, to: string, action: Said): Promise<void> {
  if (!(await exists(from))) throw missing(action, from);
  if (await exists(to)) {
    const message = say`${action}: another one is named "${basename(to)}".`;
    throw new UserError("name-taken", message, say`Choose another name, or rename that one first.`);
  }
  await moveFolder(from, to);
}

function missing(action: Said, folder: string): UserError {
  return new UserError(
    "adapter-missing",
    say`${action}: ${folder} does not exist.`,
    say`Another window may have removed it.`,
  );
}
