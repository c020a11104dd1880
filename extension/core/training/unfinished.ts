/** The trainings of a folder of adapters that were interrupted: found on disk, whoever began them; forgotten, and brought back. */

import { randomUUID } from "node:crypto";
import { readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { exists } from "../foundation/exists.ts";
import { hasCheckpoint, readStep } from "./output/checkpoint.ts";
import { discardTraining, isBusy, lockFile, lockWorkFolder, workFolderOf } from "./output/outputFolder.ts";
import { readRun } from "./run/trainingRun.ts";

export interface UnfinishedTraining {
  /** Of the adapter that it would become. */
  name: string;
  /** Of the base that it was begun on; empty where another version of Graft began it. */
  base: string;
  /** Steps done, and in all; both 0 where another version of Graft began it. */
  step: number;
  steps: number;
  /** It runs, in this process or another. */
  busy: boolean;
}

/** By name. What was left by a training that was killed before its data was read is of no use, and removed. */
export async function unfinishedTrainings(folder: string): Promise<UnfinishedTraining[]> {
  const entries = await readdir(folder).catch(() => []);
  const names = entries.map((entry) => /^\.(.+)\.training$/.exec(entry)?.[1]).filter((name) => name !== undefined);
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
    if (!(error instanceof UserError)) throw error; // Somebody has begun there meanwhile.
  });
  return undefined;
}

export interface DiscardedTraining {
  /** @throws UserError "training-exists" where another has begun in its place, "training-gone" after `remove` */
  restore(): Promise<void>;
  /** For good. */
  remove(): Promise<void>;
}

/**
 * Sets the unfinished training into `out` aside, so that it can be brought back.
 *
 * @throws UserError "training-busy"
 */
export async function setAsideTraining(out: string): Promise<DiscardedTraining> {
  const path = resolve(out);
  const workFolder = workFolderOf(path);
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.discarded`);
  const release = await lockWorkFolder(path);
  try {
    await rename(workFolder, aside);
    await rm(join(aside, lockFile));
  } finally {
    await release();
  }
  const now = new Date();
  await utimes(aside, now, now);
  return {
    restore: async () => {
      const name = basename(path);
      if (!(await exists(aside))) {
        const message = `Cannot bring the training "${name}" back: it has been removed for good.`;
        throw new UserError("training-gone", message, "Start a new one.");
      }
      if (await exists(workFolder)) {
        const message = `Cannot bring the training "${name}" back: another one of this name has begun.`;
        throw new UserError("training-exists", message, "Finish or discard that one first, then choose Undo again.");
      }
      await rename(aside, workFolder);
    },
    remove: () => rm(aside, { recursive: true, force: true }),
  };
}

/** Removes what was set aside before `time`, by a window that was closed before it could. */
export async function removeDiscarded(folder: string, time: Date): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!/^\..+\.[0-9a-f]{8}\.discarded$/.test(entry)) continue;
    const path = join(folder, entry);
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtime < time) await rm(path, { recursive: true, force: true });
  }
}
