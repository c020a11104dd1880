/** Files and folders that are either the old ones or the new ones, never something between. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exists, infoOf } from "./exists.ts";
import { systemCode, UserError } from "./errors.ts";
import { renamePatiently } from "./renamePatiently.ts";

/**
 * Replaces `path` with `data`: written under a temporary name in the same folder, flushed, then renamed.
 *
 * @throws UserError "disk-full" or "not-writable"; the old file is untouched then.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await writeFileAtomicWith(path, async (file) => {
    await file.writeFile(data);
  });
}

/** As {@link writeFileAtomic}, for content that is produced piece by piece; gives what `write` gives. */
export async function writeFileAtomicWith<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const temporary = hiddenName(path, "part");
  const there = await infoOf(path);
  if (there && !there.isFile()) throw notReplaceable(path, there.isDirectory() ? "a folder" : "a device", "file");
  try {
    await mkdir(dirname(path), { recursive: true });
    let result: T;
    const file = await open(temporary, "wx");
    try {
      result = await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await renamePatiently(temporary, path);
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeFailure(error, path);
  }
}

/**
 * Puts a whole folder in place at once: `fill` writes into a temporary sibling, which then takes the name `path`.
 * A folder of that name is kept until the new one is complete, and removed after. Between two renames there is neither;
 * {@link recoverFolder} puts the old one back if that is where the process was killed.
 *
 * @throws UserError "disk-full" or "not-writable"; an old folder is untouched then.
 */
export async function writeFolderAtomic(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = hiddenName(path, "part");
  const old = hiddenName(path, "old");
  const there = await infoOf(path);
  if (there && !there.isDirectory()) throw notReplaceable(path, there.isFile() ? "a file" : "a device", "folder");
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    const replaced = await renamePatiently(path, old).then(
      () => true,
      (error: unknown) => {
        if (systemCode(error) === "ENOENT") return false;
        throw error;
      },
    );
    try {
      await renamePatiently(temporary, path);
    } catch (error) {
      if (replaced) await renamePatiently(old, path);
      throw error;
    }
    if (replaced) await removeFolder(old, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw writeFailure(error, path);
  }
}

/**
 * Ends what a killed process began at `path`: a folder that was set aside comes back unless a new one has taken its place, and
 * unfinished files and folders go. Nobody may be writing there.
 */
export async function recoverFolder(path: string): Promise<void> {
  const prefix = `.${basename(path)}.`;
  const entries = await readdir(dirname(path)).catch(() => []);
  for (const entry of entries) {
    const kind = entry.startsWith(prefix)
      ? /^[0-9a-f]{8}\.(part|old)$/.exec(entry.slice(prefix.length))?.[1]
      : undefined;
    if (kind === undefined) continue;
    const left = join(dirname(path), entry);
    if (kind === "part") await rm(left, { recursive: true, force: true });
    else if (await exists(path)) await removeFolder(left, path);
    else await renamePatiently(left, path);
  }
}

/** Removes what belonged to `path`, under a name that says so: half removed, it must never come back. */
async function removeFolder(folder: string, path: string): Promise<void> {
  const rest = hiddenName(path, "part");
  await renamePatiently(folder, rest);
  await rm(rest, { recursive: true, force: true });
}

/** Unmistakable, so that a leftover of a killed process is never taken for a result. */
function hiddenName(path: string, kind: "part" | "old"): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.${kind}`);
}

/** A rename would take the name from what is there, or fail in words of the operating system. */
function notReplaceable(path: string, there: string, wanted: "file" | "folder"): UserError {
  const message = `Cannot write the ${wanted} ${path}: there is ${there} of that name.`;
  return new UserError("not-writable", message, `Choose another name for the ${wanted}.`);
}

/** What a failed write to `path` means to the user; an error that is not about the disk stays as it is. */
export function writeFailure(error: unknown, path: string): unknown {
  const cause = { cause: error };
  switch (systemCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new UserError(
        "disk-full",
        `Cannot write ${path}: the disk is full.`,
        "Free some space and try again; nothing was changed.",
        cause,
      );
    case "ENOTDIR":
    case "EEXIST":
      return new UserError(
        "not-writable",
        `Cannot write ${path}: a part of this path is a file.`,
        "Choose another folder.",
        cause,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new UserError(
        "not-writable",
        `Cannot write ${path}: the folder is not writable.`,
        "Choose another folder or change its permissions.",
        cause,
      );
    case "EBUSY":
      return new UserError(
        "not-writable",
        `Cannot write ${path}: another program has it open.`,
        "Close that program and try again; nothing was changed.",
        cause,
      );
    default:
      return error;
  }
}
