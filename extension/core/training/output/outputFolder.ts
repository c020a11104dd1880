/**
 * Manages the output folder OUT and, next to it, the work folder .OUT.training with the lock, the run and the checkpoint. OUT is
 * either a complete adapter or absent.
 */

import { access, constants, cp, readdir, rm, rmdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import {
  makeFolder,
  recoverFolder,
  writeFailure,
  writeFileAtomic,
  writeFolderAtomic,
} from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { say } from "../../foundation/words/said.ts";
import { checkpointFile, hasCheckpoint } from "./checkpoint.ts";
import { readRun, writeRun, type TrainingRun } from "../run/trainingRun.ts";
import { lockFile, lockWorkFolder, runFile, trainedName, workFolderOf } from "./workFolder.ts";

export interface OutputFolder {
  readonly path: string;
  /** The adapter's name, which is the folder's. */
  readonly name: string;
  /** The folder of the run and its checkpoints. */
  readonly workFolder: string;
  /** Writes `run`, which replaces an unfinished one. */
  begin(run: Omit<TrainingRun, "version">): Promise<void>;
  /** Puts the files in place and removes the run. */
  finish(files: OutputFiles): Promise<void>;
  /** Releases the lock and removes everything except a run that can be resumed. */
  release(): Promise<void>;
}

/** The result of a training. */
export interface OutputFiles {
  /** Names of all files that `write` may write. The folder keeps its other files. */
  readonly names: ReadonlySet<string>;
  readonly write: (folder: string) => Promise<void>;
}

/**
 * Makes sure, before hours of work, that an adapter can be written to `out` and that no other training writes there. Cleans up
 * after a killed training, but keeps its checkpoint.
 *
 * @throws UserError "not-writable", "disk-full", "training-busy"
 */
export async function openOutputFolder(out: string): Promise<OutputFolder> {
  const path = resolve(out);
  const workFolder = workFolderOf(path);
  await checkWritable(path, workFolder);
  const release = await lockWorkFolder(path);
  await recoverFolder(path);
  await tidy(workFolder);
  return {
    path,
    name: basename(path),
    workFolder,
    begin: async (run) => {
      await writeRun(workFolder, run);
      await rm(join(workFolder, checkpointFile), { force: true });
      await tidy(workFolder);
    },
    finish: async ({ names, write }) => {
      await release.check();
      await writeFolderAtomic(path, async (folder) => {
        await copyOthers(path, folder, names);
        await write(folder);
      });
      await rm(workFolder, { recursive: true, force: true });
    },
    release: async () => {
      await tidy(workFolder);
      await release();
      // Fails if the folder still contains a run, which must stay.
      await rmdir(workFolder).catch(() => undefined);
    },
  };
}

/**
 * Removes an unfinished training into `out`.
 *
 * @throws UserError "training-busy"
 */
export async function discardTraining(out: string): Promise<void> {
  const path = resolve(out);
  if (!(await exists(workFolderOf(path)))) return;
  const release = await lockWorkFolder(path);
  await recoverFolder(path);
  await clear(workFolderOf(path), () => false);
  await release();
  await rmdir(workFolderOf(path));
}

/**
 * Cleans up after killed processes in a folder of adapters: restores an adapter that was about to be replaced and removes the
 * data of a training that cannot be resumed. Trainings that run or can be resumed are not touched.
 */
export async function recoverAdapters(folder: string): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    const replaced = /^\.(.+)\.[0-9a-f]{8}\.old$/.exec(entry)?.[1];
    const trained = trainedName(entry);
    try {
      if (replaced !== undefined) await (await openOutputFolder(join(folder, replaced))).release();
      else if (trained !== undefined && !(await isResumable(join(folder, entry)))) {
        await discardTraining(join(folder, trained));
      }
    } catch (error) {
      if (!(error instanceof UserError && error.code === "training-busy")) throw error;
    }
  }
}

/** Whether a work folder holds a run or a checkpoint, including those of another version of Graft. */
export async function isResumable(workFolder: string): Promise<boolean> {
  return (await exists(join(workFolder, runFile))) || (await hasCheckpoint(workFolder));
}

/** Whether a training into `path` is running. Removes the lock of a killed one. */
export async function isBusy(path: string): Promise<boolean> {
  if (!(await exists(join(workFolderOf(path), lockFile)))) return false;
  try {
    await (
      await lockWorkFolder(path)
    )();
    return false;
  } catch (error) {
    if (error instanceof UserError && error.code === "training-busy") return true;
    throw error;
  }
}

/** Removes everything except the run with its data and its checkpoint. */
async function tidy(workFolder: string): Promise<void> {
  try {
    const run = await readRun(workFolder);
    await clear(workFolder, (entry) => [checkpointFile, runFile, run?.dataFolder].includes(entry));
  } catch (error) {
    // A run of another version of Graft cannot be read; leave it alone.
    if (!(error instanceof UserError)) throw error;
  }
}

/** Removes the entries of a work folder, except those that are `kept` and the lock (under any name it has during a takeover). */
async function clear(workFolder: string, kept: (entry: string) => boolean): Promise<void> {
  for (const entry of await readdir(workFolder).catch(() => [])) {
    if (entry.startsWith(lockFile) || kept(entry)) continue;
    await rm(join(workFolder, entry), { recursive: true, force: true });
  }
}

async function checkWritable(path: string, workFolder: string): Promise<void> {
  try {
    const existing = await stat(path).catch(() => undefined);
    if (existing && !existing.isDirectory()) {
      const message = say`Cannot train into ${path}: it is not a folder.`;
      throw new UserError("not-writable", message, say`Give a folder for the adapter.`);
    }
    await makeFolder(workFolder);
    const probe = join(workFolder, "probe");
    await writeFileAtomic(probe, "Can an adapter be written here?\n");
    await rm(probe);
    if (existing) await access(path, constants.W_OK);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const known = writeFailure(error, path);
    if (known instanceof UserError && known.code === "disk-full") throw known;
    const message = say`Cannot train into ${path}: the folder is not writable (${String(systemCode(error))}).`;
    throw new UserError("not-writable", message, say`Choose another folder or change its permissions.`, {
      cause: error,
    });
  }
}

/** Copies the entries of a folder, except those with these names, into the folder that replaces it. */
async function copyOthers(path: string, folder: string, names: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(path).catch(() => [])) {
    if (names.has(entry)) continue;
    const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
    await cp(join(path, entry), join(folder, entry), options);
  }
}
