/** Putting a finished base in its place while other processes may do the same. */

import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { internalError, systemCode, UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { renamePatiently } from "../../foundation/renamePatiently.ts";

/** Left behind by a process that was killed; nothing that is at work has been silent for so long. */
const abandonedAfter = 24 * 60 * 60 * 1000;

/**
 * Fills a hidden folder in `parent` and gives it, in one step, the name that `fill` returns. Where a folder of that name is
 * the same already, or another process was faster with one, that stays and ours is dropped; any other is replaced.
 *
 * @returns the path of the installed folder
 */
export async function installFolder(
  parent: string,
  fill: (temporary: string) => Promise<string>,
  isSame: (path: string, other: string) => Promise<boolean>,
): Promise<string> {
  await mkdir(parent, { recursive: true }).catch((error: unknown) => {
    const message = `Cannot install a base into ${parent}: the folder cannot be created.`;
    throw new UserError("not-writable", message, "Choose another home folder or change its permissions.", {
      cause: error,
    });
  });
  await removeAbandoned(parent);
  const temporary = join(parent, `.${randomUUID()}.part`);
  try {
    const path = join(parent, await fill(temporary));
    await moveInto(path, temporary, isSame);
    return path;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function moveInto(
  path: string,
  temporary: string,
  isSame: (path: string, other: string) => Promise<boolean>,
): Promise<void> {
  // A rename onto a folder that is not empty fails, on every system: so nobody's complete folder is ever overwritten.
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      return await rename(temporary, path);
    } catch (error) {
      const code = systemCode(error) ?? "";
      if (!["ENOTEMPTY", "EEXIST", "EPERM", "EACCES"].includes(code) || !(await exists(path))) throw error;
    }
    if (await isSame(path, temporary)) return;
    const aside = join(dirname(path), `.${randomUUID()}.part`);
    await renamePatiently(path, aside).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw replaceFailure(error, path);
    });
    await rm(aside, { recursive: true, force: true });
  }
  throw internalError(`${path} is replaced again and again`);
}

/** Windows lets nobody move a base whose weights are mapped. */
function replaceFailure(error: unknown, path: string): unknown {
  if (!["EPERM", "EACCES", "EBUSY"].includes(systemCode(error) ?? "")) return error;
  return new UserError(
    "base-in-use",
    `Cannot replace the base "${basename(path)}": a program uses it, or its folder is not yours to change.`,
    "Close other windows that complete with it and try again, or import under another name.",
    { cause: error },
  );
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(".") || !name.endsWith(".part")) continue;
    const path = join(parent, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > abandonedAfter) await rm(path, { recursive: true, force: true });
  }
}
