/** Replaces files and folders atomically: readers see either the old content or the new. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exists, infoOf, isFolder } from "./exists.ts";
import { systemCode, UserError } from "./errors.ts";
import { renamePatiently, renameToFree } from "./renamePatiently.ts";
import { say, type Said } from "./words/said.ts";

/**
 * Replaces the content of `path` with `data`: writes a temporary file in the same folder, flushes it, then renames it.
 *
 * @throws UserError "disk-full" or "not-writable", and keeps the old file
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await writeFileAtomicWith(path, async (file) => {
    await file.writeFile(data);
  });
}

/** Does the same as {@link writeFileAtomic} for content that `write` produces piece by piece. Returns the result of `write`. */
export async function writeFileAtomicWith<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const temporary = hiddenName(path, "part");
  const there = await infoOf(path);
  if (there && !there.isFile()) throw notReplaceable(path, there.isDirectory() ? say`a folder` : say`a device`, "file");
  try {
    await makeFolder(dirname(path));
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
 * Replaces a whole folder: `fill` writes into a temporary sibling, which is then renamed to `path`. An old folder of this name is
 * kept until the new one is complete. Replacing takes two renames; if the process is killed between them,
 * {@link recoverFolder} restores the old folder.
 *
 * @throws UserError "disk-full" or "not-writable", and keeps the old folder
 */
export async function writeFolderAtomic(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = hiddenName(path, "part");
  const old = hiddenName(path, "old");
  const there = await infoOf(path);
  if (there && !there.isDirectory()) throw notReplaceable(path, there.isFile() ? say`a file` : say`a device`, "folder");
  try {
    await makeFolder(temporary);
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
 * Writes a folder that is complete as soon as it appears. If another folder has appeared at `path` meanwhile, it stays, unless it is
 * empty.
 *
 * @returns false if something is at `path`
 * @throws UserError "disk-full" or "not-writable"
 */
export async function writeNewFolder(path: string, fill: (temporary: string) => Promise<void>): Promise<boolean> {
  const temporary = hiddenName(path, "part");
  try {
    await makeFolder(temporary);
    await fill(temporary);
    return await renameToFree(temporary, path);
  } catch (error) {
    throw writeFailure(error, path);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Makes a folder and those above it, unless they exist. Node's own recursive mkdir never returns if a folder cannot be made although its
 * parent exists, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  const make = async (): Promise<void> => {
    await mkdir(path).catch(async (error: unknown) => {
      if (!(await isFolder(path))) throw error;
    });
  };
  try {
    await make();
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    // Retry once, whether or not this call made the parent: another call may have been faster.
    await make();
  }
}

/**
 * Moves a folder, and makes the folders above its new place.
 *
 * @throws UserError "disk-full", "not-writable"
 */
export async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await makeFolder(dirname(to));
    await renamePatiently(from, to);
  } catch (error) {
    throw writeFailure(error, to);
  }
}

/**
 * Cleans up after a process that was killed while writing `path`: restores an old folder unless a new one has replaced it, and
 * removes unfinished files and folders. Call it only when no process is writing there.
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

/** Renames a folder before removing it, so that {@link recoverFolder} never restores one that is partly removed. */
async function removeFolder(folder: string, path: string): Promise<void> {
  const rest = hiddenName(path, "part");
  await renamePatiently(folder, rest);
  await rm(rest, { recursive: true, force: true });
}

/** Returns a unique hidden name, so that leftovers of a killed process are never mistaken for results. */
function hiddenName(path: string, kind: "part" | "old"): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.${kind}`);
}

/** Returns the error for a taken name. A rename would replace what is there, or fail with a message of the operating system. */
function notReplaceable(path: string, there: Said, wanted: "file" | "folder"): UserError {
  return wanted === "file"
    ? new UserError(
        "not-writable",
        say`Cannot write the file ${path}: there is ${there} of that name.`,
        say`Choose another name for the file.`,
      )
    : new UserError(
        "not-writable",
        say`Cannot write the folder ${path}: there is ${there} of that name.`,
        say`Choose another name for the folder.`,
      );
}

/** Returns the UserError for a failed write to `path`; an error that is not about the disk stays as it is. */
export function writeFailure(error: unknown, path: string): unknown {
  const failure = (code: "not-writable" | "disk-full", why: Said, nextStep: Said): UserError =>
    new UserError(code, say`Cannot write ${path}: ${why}.`, nextStep, { cause: error });
  switch (systemCode(error)) {
    case "ENOENT":
      // The parent exists, but its file system does not support making folders, as in /proc.
      if ((error as NodeJS.ErrnoException).syscall !== "mkdir") return error;
      return failure("not-writable", say`no folder can be made there`, say`Choose another folder.`);
    case "ENOTEMPTY":
      return failure("not-writable", say`a folder of that name has appeared meanwhile`, say`Choose another name.`);
    case "ENOSPC":
    case "EDQUOT":
      return failure("disk-full", say`the disk is full`, say`Free some space and try again; nothing was changed.`);
    case "EFBIG":
      return failure(
        "disk-full",
        say`the file system, or a limit of this system, allows no file of that size`,
        say`Choose a folder on another disk, or raise the limit (ulimit -f); nothing was changed.`,
      );
    case "ENOTDIR":
    case "EEXIST":
      return failure("not-writable", say`a part of this path is a file`, say`Choose another folder.`);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return failure(
        "not-writable",
        say`the folder is not writable`,
        say`Choose another folder or change its permissions.`,
      );
    case "EBUSY":
      return failure(
        "not-writable",
        say`another program has it open`,
        say`Close that program and try again; nothing was changed.`,
      );
    default:
      return error;
  }
}
