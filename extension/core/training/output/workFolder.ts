/**
 * The work folder of a training, next to the adapter that it makes: its name, its lock, and the name of the file that describes the
 * run.
 */

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { lockFolder, type HeldLock } from "../../foundation/locks/folderLock.ts";
import { say } from "../../foundation/words/said.ts";

export const runFile = "run.json";
export const lockFile = "lock";

export function workFolderOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.training`);
}

/** Returns the name of the adapter whose work folder has this name; undefined for other folders. */
export function trainedName(entry: string): string | undefined {
  return /^\.(.+)\.training$/.exec(entry)?.[1];
}

export async function lockWorkFolder(path: string): Promise<HeldLock> {
  const lock = join(workFolderOf(path), lockFile);
  return await lockFolder(lock, (owner, escape) => {
    const message = say`Cannot train into ${path}: another training is using it (${owner}).`;
    const nextStep = say`Wait until it ends, or choose another folder. ${escape}`;
    return new UserError("training-busy", message, nextStep);
  });
}

/** Whether a folder of adapters may contain an unfinished or a discarded training, judged by names alone. */
export async function mayHoldTrainings(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => []);
  return entries.some((entry) => trainedName(entry) !== undefined || /^\..+\.discarded$/.test(entry));
}
