/** Finds, discards and restores the interrupted trainings in a folder of adapters, whichever process started them. */

import { randomUUID } from "node:crypto";
import { readdir, rename, rm, rmdir, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { exists } from "../foundation/exists.ts";
import { say } from "../foundation/words/said.ts";
import { hasCheckpoint, readStep } from "./output/checkpoint.ts";
import { discardTraining, isBusy, isResumable } from "./output/outputFolder.ts";
import { lockFile, lockWorkFolder, trainedName, workFolderOf } from "./output/workFolder.ts";
import { readRun } from "./run/trainingRun.ts";

export interface UnfinishedTraining {
  /** Name of the adapter that it would make. */
  name: string;
  /** Name of its base; empty if another version of Graft started it. */
  base: string;
  /** Steps done, and their total; both 0 if another version of Graft started it. */
  step: number;
  steps: number;
  /** Whether it runs, in this process or another. */
  busy: boolean;
}

/** Lists unfinished trainings by name. Removes those that were killed before their data was read, which cannot resume. */
export async function unfinishedTrainings(folder: string): Promise<UnfinishedTraining[]> {
  const entries = await readdir(folder).catch(() => []);
  const names = entries.map(trainedName).filter((name) => name !== undefined);
  const found = await Promise.all(names.sort().map((name) => unfinished(join(folder, name))));
  return found.filter((training) => training !== undefined);
}

async function unfinished(path: string): Promise<UnfinishedTraining | undefined> {
  const workFolder = workFolderOf(path);
  const busy = await isBusy(path);
  const name = basename(path);
  try {
    const run = await readRun(workFolder);
    if (run) return { name, base: run.base.name, step: await readStep(workFolder), steps: run.steps, busy };
    if (busy) return { name, base: "", step: 0, steps: 0, busy };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, base: "", step: 0, steps: 0, busy };
  }
  if (await hasCheckpoint(workFolder)) return { name, base: "", step: 0, steps: 0, busy };
  await discardTraining(path).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error; // A UserError means that another training has just started there.
  });
  return undefined;
}

export interface DiscardedTraining {
  /** @throws UserError "training-exists" if another has started in its place, "training-gone" after `remove` */
  restore(): Promise<void>;
  /** Removes it permanently. */
  remove(): Promise<void>;
}

/**
 * Moves the unfinished training of `out` aside, so that it can be restored.
 *
 * @throws UserError "training-busy", "training-gone"
 */
export async function setAsideTraining(out: string): Promise<DiscardedTraining> {
  const path = resolve(out);
  const workFolder = workFolderOf(path);
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.discarded`);
  const release = await lockWorkFolder(path);
  try {
    // If another process has ended the training meanwhile, the lock has created the folder anew.
    if (!(await isResumable(workFolder))) {
      const message = say`Cannot discard the training "${basename(path)}": it has ended.`;
      throw new UserError("training-gone", message, say`There is nothing left to discard.`);
    }
    await rename(workFolder, aside);
    await rm(join(aside, lockFile));
  } finally {
    await release();
    await rmdir(workFolder).catch(() => undefined); // Fails if a training is still there.
  }
  const now = new Date();
  await utimes(aside, now, now);
  return {
    restore: async () => {
      const name = basename(path);
      if (!(await exists(aside))) {
        const message = say`Cannot restore the training "${name}": it was removed permanently.`;
        throw new UserError("training-gone", message, say`Start a new one.`);
      }
      if (await exists(workFolder)) {
        const message = say`Cannot restore the training "${name}": another training with this name has started.`;
        throw new UserError("training-exists", message, say`Finish or discard that one first, then choose Undo again.`);
      }
      await rename(aside, workFolder);
    },
    remove: () => rm(aside, { recursive: true, force: true }),
  };
}

/** Removes trainings that were set aside before `time` by a window that closed before it could remove them. */
export async function removeDiscarded(folder: string, time: Date): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!/^\..+\.[0-9a-f]{8}\.discarded$/.test(entry)) continue;
    const path = join(folder, entry);
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtime < time) await rm(path, { recursive: true, force: true });
  }
}
