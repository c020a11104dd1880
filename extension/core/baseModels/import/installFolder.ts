/** Moves a finished base to its place, safely against other processes that do the same. */

import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder, recoverFolder } from "../../foundation/atomicFile.ts";
import { internalError, systemCode, UserError } from "../../foundation/errors.ts";
import { infoOf, isFolder } from "../../foundation/exists.ts";
import { renamePatiently, renameToFree } from "../../foundation/renamePatiently.ts";
import { say } from "../../foundation/words/said.ts";

/** Milliseconds after which a temporary folder belongs to a killed process; running imports write more often. */
const abandonedAfter = 24 * 60 * 60 * 1000;

/**
 * The relation of an installed folder to a new one: the same, which stays; outdated, which is replaced; or another
 * base, which stays.
 */
export type Relation = "same" | "outdated" | "other";

export interface Installation {
  /** Fills the folder and returns its candidate names, best first. */
  readonly fill: (temporary: string) => Promise<readonly string[]>;
  readonly relate: (installed: string, temporary: string) => Promise<Relation>;
}

/**
 * Fills a hidden folder in `parent`, and renames it in one step to the first free name. If the same base is already
 * installed, or another process was faster, the installed folder stays and the new one is removed.
 *
 * @returns the path of the installed folder; undefined if other bases have all names
 * @throws UserError "not-writable"; "base-in-use" if the system does not allow moving an outdated folder
 */
export async function installFolder(parent: string, { fill, relate }: Installation): Promise<string | undefined> {
  await makeFolder(parent).catch((error: unknown) => {
    const message = say`Cannot install a base into ${parent}: the folder cannot be created.`;
    throw new UserError("not-writable", message, say`Choose another home folder or change its permissions.`, {
      cause: error,
    });
  });
  await recoverInstalled(parent);
  await removeAbandoned(parent);
  const temporary = join(parent, `.${randomUUID()}.part`);
  try {
    for (const name of await fill(temporary)) {
      const path = join(parent, name);
      if (await moveInto(path, temporary, relate)) return path;
    }
    return undefined;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Restores folders that a killed process set aside while replacing them, unless the new ones are in place. */
export async function recoverInstalled(parent: string): Promise<void> {
  for (const entry of await readdir(parent).catch(() => [])) {
    const name = /^\.(.+)\.[0-9a-f]{8}\.old$/.exec(entry)?.[1];
    // Another process may be restoring or replacing the same folder; then there is nothing left to do here.
    if (name !== undefined) await recoverFolder(join(parent, name)).catch(ignoreMissing);
  }
}

/** Returns whether `path` is now the new folder, or already was the same base. */
async function moveInto(path: string, temporary: string, relate: Installation["relate"]): Promise<boolean> {
  // A rename onto a folder that is not empty fails on every system, so a complete folder is never overwritten.
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await renameToFree(temporary, path)) return true;
    const relation = (await isFolder(path)) ? await relate(path, temporary) : "other";
    if (relation !== "outdated") return relation === "same";
    if (await replaced(path, temporary)) return true;
  }
  throw internalError(`other processes keep replacing ${path}`);
}

/**
 * Sets the old folder aside, moves the new one to its place, and only then removes the old one. If the process dies
 * between the two renames, {@link recoverInstalled} finds the old folder by its name.
 *
 * @returns false if another process has put a folder there in the meantime
 */
async function replaced(path: string, temporary: string): Promise<boolean> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.old`);
  try {
    await renamePatiently(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return await renameToFree(temporary, path);
    if (["EBUSY", "EPERM", "EACCES"].includes(systemCode(error) ?? "")) throw inUse(path, error);
    throw error;
  }
  try {
    return await renameToFree(temporary, path);
  } finally {
    // Removes the old folder if there is one at `path`, otherwise restores it.
    await recoverFolder(path).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== "ENOENT") throw error;
}

function inUse(path: string, cause: unknown): UserError {
  const message = say`Cannot replace the base ${basename(path)}: a program uses it, or you have no permission to change its folder.`;
  return new UserError("base-in-use", message, say`Close other windows that use it, and try again.`, { cause });
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(".") || !name.endsWith(".part")) continue;
    const path = join(parent, name);
    const info = await infoOf(path);
    if (info && Date.now() - info.mtimeMs > abandonedAfter) await rm(path, { recursive: true, force: true });
  }
}
