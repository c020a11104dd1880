/** Imports runs from another machine into a home: those of an exported study, those of another home, or a single run. */

import { copyFile, lstat, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { writeNewFolder } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { exists, isFile } from "../../foundation/exists.ts";
import { say, type Said, type SaidProblem } from "../../foundation/words/said.ts";
import { readPredictions, readRun, runsFolder } from "../runs/runFolder.ts";
import { runFiles, runId, type RunRecord } from "../runs/runRecord.ts";

export interface ImportedRuns {
  /** Ids. */
  readonly imported: readonly string[];
  /** Ids of runs that were here already; they stay as they are. */
  readonly known: readonly string[];
  /** Folders that cannot be imported, with the reason and what to do. */
  readonly problems: readonly ImportProblem[];
}

export interface ImportProblem extends SaidProblem {
  readonly folder: string;
}

/**
 * Imports the runs of a folder. A run keeps its name, so a study finds it as if it had been evaluated here.
 *
 * @throws UserError "run-missing" if there is no run in the folder
 */
export async function importRuns(source: string, home: string): Promise<ImportedRuns> {
  const imported: string[] = [];
  const known: string[] = [];
  const problems: ImportProblem[] = [];
  const folders = await runFoldersIn(resolve(source));
  if (folders.length === 0) {
    const message = say`Cannot import runs from ${resolve(source)}: there is no run.`;
    throw new UserError("run-missing", message, say`Choose an exported study, its folder of runs, or one run.`);
  }
  for (const folder of folders) {
    const id = basename(folder);
    if (await exists(join(runsFolder(home), id))) {
      known.push(id);
      continue;
    }
    try {
      await checkRun(folder, id);
      ((await copyRun(folder, join(runsFolder(home), id))) ? imported : known).push(id);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push({ folder, ...error.said });
    }
  }
  return { imported, known, problems };
}

/** Returns the folder itself if it is a run; otherwise the runs in it and in its folder "runs". */
async function runFoldersIn(source: string): Promise<string[]> {
  const isRun = (folder: string): Promise<boolean> => isFile(join(folder, runFiles.record));
  if (await isRun(source)) return [source];
  const found: string[] = [];
  for (const folder of [source, runsFolder(source)]) {
    const names = await readdir(folder).catch((): string[] => []);
    for (const name of names.toSorted()) {
      if (await isRun(join(folder, name))) found.push(join(folder, name));
    }
  }
  return found;
}

/** @throws UserError if it is damaged or unfinished, or if its configuration does not match its name */
async function checkRun(folder: string, id: string): Promise<void> {
  const { record, result } = await readRun(folder);
  if (!result) throw invalid(folder, say`it is not finished`, say`Finish it on its machine first.`);
  for await (const _ of readPredictions(folder)); // Throws at a damaged one.
  // The name is a hash of the configuration as the file has it, with its order of keys.
  const { configuration = record.configuration } = JSON.parse(
    await readPlainText(join(folder, runFiles.record)),
  ) as Partial<RunRecord>;
  if (runId(configuration) !== id) {
    throw invalid(folder, say`its configuration does not match its name`, say`Copy the run again.`);
  }
}

/** Copies plain files only: a link could name any file of this machine. Returns false if the run has appeared meanwhile. */
async function copyRun(folder: string, target: string): Promise<boolean> {
  return await writeNewFolder(target, async (part) => {
    for (const file of Object.values(runFiles)) {
      const path = join(folder, file);
      const info = await lstat(path).catch(() => undefined);
      if (info && !info.isFile()) throw invalid(folder, say`${file} is a link or a folder`, say`Copy the run itself.`);
      if (info) await copyFile(path, join(part, file));
    }
  });
}

function invalid(folder: string, reason: Said, nextStep: Said): UserError {
  return new UserError("run-invalid", say`Cannot import ${folder}: ${reason}.`, nextStep);
}
