/** Putting a finished base in its place while other processes may do the same. */

import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { recoverFolder } from "../../foundation/atomicFile.ts";
import { internalError, systemCode, UserError } from "../../foundation/errors.ts";
import { exists, infoOf } from "../../foundation/exists.ts";
import { renamePatiently } from "../../foundation/renamePatiently.ts";

/** Left behind by a process that was killed; nothing that is at work has been silent for so long. */
const abandonedAfter = 24 * 60 * 60 * 1000;

/** What an installed folder is to the new one: the same, which stays; outdated by it; or something else, which stays, too. */
export type Relation = "same" | "outdated" | "other";

export interface Installation {
  /** Fills the folder and returns the names that it may have, the best first. */
  readonly fill: (temporary: string) => Promise<readonly string[]>;
  readonly relate: (installed: string, temporary: string) => Promise<Relation>;
}

/**
 * Fills a hidden folder in `parent` and gives it, in one step, the first name that nothing else has. Where the same is
 * installed already, or another process was faster with it, that stays and ours is dropped.
 *
 * @returns the path of the installed folder; undefined where all names are taken by others
 * @throws UserError "not-writable"; "base-in-use" where the system does not let an outdated folder be moved
 */
export async function installFolder(parent: string, { fill, relate }: Installation): Promise<string | undefined> {
  await mkdir(parent, { recursive: true }).catch((error: unknown) => {
    const message = `Cannot install a base into ${parent}: the folder cannot be created.`;
    throw new UserError("not-writable", message, "Choose another home folder or change its permissions.", {
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

/** Brings back what a process that was killed while it replaced a folder had set aside, unless the new one is there. */
export async function recoverInstalled(parent: string): Promise<void> {
  for (const entry of await readdir(parent).catch(() => [])) {
    const name = /^\.(.+)\.[0-9a-f]{8}\.old$/.exec(entry)?.[1];
    // Another process may be recovering, or still replacing, the very same: whoever comes second finds nothing to do.
    if (name !== undefined) await recoverFolder(join(parent, name)).catch(ignoreMissing);
  }
}

/** @returns whether `path` is now the folder, or the same */
async function moveInto(path: string, temporary: string, relate: Installation["relate"]): Promise<boolean> {
  // A rename onto a folder that is not empty fails, on every system: so nobody's complete folder is ever overwritten.
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await renamed(temporary, path)) return true;
    const relation = await relate(path, temporary);
    if (relation !== "outdated") return relation === "same";
    if (await replaced(path, temporary)) return true;
  }
  throw internalError(`${path} is replaced again and again`);
}

/** @returns false where there is something of that name */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (["ENOTEMPTY", "EEXIST", "EPERM", "EACCES"].includes(code) && (await exists(to))) return false;
    throw error;
  }
}

/**
 * Sets the old folder aside, puts the new one in its place, and only then removes the old one. Between the two renames there is
 * neither; {@link recoverInstalled} finds the old one by its name.
 *
 * @returns false where another process has put something there meanwhile
 */
async function replaced(path: string, temporary: string): Promise<boolean> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.old`);
  try {
    await renamePatiently(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return await renamed(temporary, path);
    if (["EBUSY", "EPERM", "EACCES"].includes(systemCode(error) ?? "")) throw inUse(path, error);
    throw error;
  }
  try {
    return await renamed(temporary, path);
  } finally {
    // Removed where something stands at `path`, brought back where nothing does.
    await recoverFolder(path).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== "ENOENT") throw error;
}

function inUse(path: string, cause: unknown): UserError {
  const message = `Cannot replace the base ${basename(path)}: a program uses it, or its folder is not yours to change.`;
  return new UserError("base-in-use", message, "Close other windows that complete with it, and try again.", { cause });
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(".") || !name.endsWith(".part")) continue;
    const path = join(parent, name);
    const info = await infoOf(path);
    if (info && Date.now() - info.mtimeMs > abandonedAfter) await rm(path, { recursive: true, force: true });
  }
}
