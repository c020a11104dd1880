/**
 * Runs on disk, one folder each. They stay consistent if the process is killed at any moment:
 *
 *     run.json           its configuration
 *     predictions.jsonl  in the order of the suite, appended chunk by chunk
 *     chunks.jsonl       a line after each chunk; predictions beyond the last line are dropped
 *     result.json        the scores, at the end
 */

import { open, readdir, rm, truncate } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readPlainText } from "../../foundation/plainFile.ts";
import { makeFolder, writeFailure, writeFileAtomic } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { infoOf, isFile } from "../../foundation/exists.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { silentLog, type Log } from "../../foundation/log.ts";
import { flawsOf } from "../../foundation/words/flaws.ts";
import { say } from "../../foundation/words/said.ts";
import { jsonObjects } from "../../dataset/jsonObjects.ts";
import { readChunks, standingChunks } from "./runChunks.ts";
import { invalidRun, parseRunFile, unreadable } from "./runErrors.ts";
import {
  candidateName,
  ofAnswers,
  predictionSchema,
  recordSchema,
  resultSchema,
  runFiles,
  runId,
  type Chunk,
  type Prediction,
  type RunRecord,
  type RunResult,
  type TextCost,
} from "./runRecord.ts";

/** Plain JSON, because it crosses process borders. */
export interface RunSummary {
  /** The folder's name. */
  readonly id: string;
  readonly folder: string;
  /** "graft-base + sql-style": the candidate, for people. */
  readonly candidate: string;
  readonly record: RunRecord;
  /** The number of finished tasks, out of `record.configuration.suite.tasks`. */
  readonly done: number;
  /** Present once the run is finished. */
  readonly result?: RunResult;
}

/** A run that this process may write to. */
export interface OpenRun {
  readonly id: string;
  readonly folder: string;
  readonly chunks: readonly Chunk[];
  readonly result: RunResult | undefined;
  /** Finished tasks that have to run again, because their predictions are gone. */
  readonly lost: number;
  /** Appends a chunk's predictions; they are on disk when the promise resolves. */
  append(predictions: readonly Prediction[], chunk: Omit<Chunk, "bytes">): Promise<void>;
  finish(result: RunResult): Promise<void>;
  release(): Promise<void>;
}

/** The folder of a home's runs. */
export function runsFolder(home: string): string {
  return join(home, "runs");
}

/**
 * Begins the run of a configuration, or continues it.
 *
 * @param fresh starts over
 * @throws UserError "run-busy", "run-invalid", "disk-full", "not-writable"
 */
export async function openRun(home: string, record: RunRecord, fresh = false): Promise<OpenRun> {
  const id = runId(record.configuration);
  const folder = join(runsFolder(home), id);
  const at = (file: keyof typeof runFiles): string => join(folder, runFiles[file]);
  await makeFolder(folder).catch((error: unknown) => {
    throw writeFailure(error, folder);
  });
  const release = await lockFolder(join(folder, "lock"), (owner, escape) => {
    const message = say`Cannot evaluate into ${folder}: another process is writing there (${owner}).`;
    return new UserError("run-busy", message, say`Wait until it ends. ${escape}`);
  });
  try {
    if (fresh) for (const file of Object.values(runFiles)) await rm(join(folder, file), { force: true });
    await checkFiles(folder);
    const result = await readResult(folder, record);
    const all = await readChunks(at("chunks"));
    // The scores of a finished run stay valid, even if its predictions are lost.
    const kept = result ? all : await standingChunks(at("chunks"), at("predictions"), record.configuration.suite.tasks);
    const { chunks } = kept;
    if (!(await isFile(at("record")))) await writeFileAtomic(at("record"), `${JSON.stringify(record, null, 2)}\n`);
    if (!result) {
      await cutTo(at("chunks"), kept.bytes);
      await cutTo(at("predictions"), chunks.at(-1)?.bytes ?? 0);
    }
    return {
      id,
      folder,
      get chunks() {
        return chunks;
      },
      result,
      lost: tasksOf(all.chunks.slice(chunks.length)),
      append: async (predictions, chunk) => {
        await release.check();
        const bytes = await appendLines(at("predictions"), predictions);
        const whole = { ...chunk, bytes };
        await appendLines(at("chunks"), [whole]);
        chunks.push(whole);
      },
      finish: async (result) => {
        await release.check();
        await writeFileAtomic(at("result"), `${JSON.stringify(result, null, 2)}\n`);
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** @throws UserError "run-missing", "run-invalid" */
export async function readRun(folder: string): Promise<RunSummary> {
  const path = resolve(folder);
  await checkFiles(path);
  const record = parseRunFile(recordSchema, await readText(path, runFiles.record), join(path, runFiles.record));
  const result = await readResult(path, record);
  const done = tasksOf((await readChunks(join(path, runFiles.chunks))).chunks);
  const candidate = candidateName(record.configuration);
  return { id: basename(path), folder: path, candidate, record, done, ...(result && { result }) };
}

/** Lists all runs of a home, oldest first. Skips other folders, and warns of runs that it cannot read. */
export async function listRuns(home: string, log: Log = silentLog): Promise<RunSummary[]> {
  const folder = runsFolder(home);
  const names = await readdir(folder).catch(() => []);
  const runs: RunSummary[] = [];
  for (const name of names) {
    const run = await readRun(join(folder, name)).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      if (error.code !== "run-missing") log.warn(`${error.message} ${error.nextStep}`);
      return undefined;
    });
    if (run) runs.push(run);
  }
  return runs.sort((one, other) => one.record.startedAt.localeCompare(other.record.startedAt));
}

/** Yields predictions one by one, so that they are never in memory as a whole. */
export async function* readPredictions(folder: string): AsyncGenerator<Prediction> {
  const path = join(folder, runFiles.predictions);
  if (!(await isFile(path))) return;
  for await (const { where, object } of jsonObjects(path)) {
    const parsed = predictionSchema.safeParse(object);
    if (!parsed.success) throw invalidRun(where, flawsOf(parsed.error, object));
    yield parsed.data;
  }
}

/** Returns the bits of held-out files, in the order of the run. */
export async function readTexts(folder: string): Promise<TextCost[]> {
  return (await readChunks(join(folder, runFiles.chunks))).chunks.flatMap(({ texts = [] }) => texts);
}

/** Checks that each path with the name of a run's file is a file. */
async function checkFiles(folder: string): Promise<void> {
  for (const file of Object.values(runFiles)) {
    const path = join(folder, file);
    const info = await infoOf(path);
    if (info && !info.isFile()) throw invalidRun(path, say`it is not a file`);
  }
}

async function readResult(folder: string, { configuration }: RunRecord): Promise<RunResult | undefined> {
  const path = join(folder, runFiles.result);
  if (!(await isFile(path))) return undefined;
  const result = parseRunFile(resultSchema, await readPlainText(path).catch(unreadable(path)), path);
  return ofAnswers(result, configuration);
}

/** Returns the number of finished tasks. */
export function tasksOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { tasks }) => sum + tasks, 0);
}

/** Appends and flushes; returns the file's size. */
async function appendLines(path: string, rows: readonly object[]): Promise<number> {
  try {
    const file = await open(path, "a");
    try {
      await file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      await file.sync();
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Truncates a file, and never extends it. */
async function cutTo(path: string, bytes: number): Promise<void> {
  const info = await infoOf(path);
  if (info && info.size > bytes) await truncate(path, bytes);
}

/** The next step if there is no such run. */
export const chooseRun = say`Choose a run from the benchmark panel or \`graft runs list\`.`;

async function readText(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  return await readPlainText(path).catch((error: unknown) => {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") return unreadable(path)(error);
    const message = say`Cannot read the run ${folder}: it has no ${file}.`;
    throw new UserError("run-missing", message, chooseRun, { cause: error });
  });
}
