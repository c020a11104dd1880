/**
 * Runs on disk, one folder each, and what may be done with them at any time, a kill included:
 *
 *     run.json           its configuration
 *     predictions.jsonl  in the order of the suite, appended chunk by chunk
 *     chunks.jsonl       a line behind each chunk; what stands in predictions.jsonl beyond the last is forgotten
 *     result.json        the scores, at the end
 */

import { mkdir, open, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import * as z from "zod";
import { readPlainText } from "../../foundation/plainFile.ts";
import { writeFailure, writeFileAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { silentLog, type Log } from "../../foundation/log.ts";
import { jsonObjects } from "../../dataset/jsonLines.ts";
import {
  candidateName,
  chunkSchema,
  predictionSchema,
  recordSchema,
  resultSchema,
  runId,
  type Chunk,
  type Prediction,
  type RunRecord,
  type RunResult,
  type TextCost,
} from "./runRecord.ts";

export const runFiles = {
  record: "run.json",
  predictions: "predictions.jsonl",
  chunks: "chunks.jsonl",
  result: "result.json",
} as const;

/** As plain JSON, since it crosses process borders. */
export interface RunSummary {
  /** The folder's name. */
  readonly id: string;
  readonly folder: string;
  /** "graft-base + sql-style": what predicted, for people. */
  readonly candidate: string;
  readonly record: RunRecord;
  /** Tasks that are done, of `record.configuration.suite.tasks`. */
  readonly done: number;
  /** Once it is finished. */
  readonly result?: RunResult;
}

/** A run that this process may write to. */
export interface OpenRun {
  readonly id: string;
  readonly folder: string;
  readonly chunks: readonly Chunk[];
  readonly result: RunResult | undefined;
  /** Keeps a chunk's predictions; they are on the disk when this ends. */
  append(predictions: readonly Prediction[], chunk: Omit<Chunk, "bytes">): Promise<void>;
  finish(result: RunResult): Promise<void>;
  release(): Promise<void>;
}

/** Where the runs of a home are. */
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
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeFailure(error, folder);
  });
  const release = await lockFolder(join(folder, "lock"), (owner, escape) => {
    const message = `Cannot evaluate into ${folder}: another process does (${owner}).`;
    return new UserError("run-busy", message, `Wait until it ends. ${escape}`);
  });
  try {
    if (fresh) for (const file of Object.values(runFiles)) await rm(join(folder, file), { force: true });
    const { chunks, bytes } = await readChunks(folder);
    await cutTo(at("chunks"), bytes);
    if (!(await isFile(at("record")))) await writeFileAtomic(at("record"), `${JSON.stringify(record, null, 2)}\n`);
    await cutTo(at("predictions"), chunks.at(-1)?.bytes ?? 0);
    return {
      id,
      folder,
      get chunks() {
        return chunks;
      },
      result: await readResult(folder),
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
  const record = parse(recordSchema, await readText(path, runFiles.record), join(path, runFiles.record));
  const result = await readResult(path);
  const done = tasksOf((await readChunks(path)).chunks);
  const candidate = candidateName(record.configuration);
  return { id: basename(path), folder: path, candidate, record, done, ...(result && { result }) };
}

/** All runs of a home, the oldest first. Folders that hold none are left out, and those that cannot be read with a warning. */
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

/** One by one, so that they are never in memory as a whole. */
export async function* readPredictions(folder: string): AsyncGenerator<Prediction> {
  const path = join(folder, runFiles.predictions);
  if (!(await isFile(path))) return;
  for await (const { where, object } of jsonObjects(path)) {
    const parsed = predictionSchema.safeParse(object);
    if (!parsed.success) throw invalid(where, z.prettifyError(parsed.error));
    yield parsed.data;
  }
}

/** What the files of held-out code cost, in the order of the run. */
export async function readTexts(folder: string): Promise<TextCost[]> {
  return (await readChunks(folder)).chunks.flatMap(({ texts = [] }) => texts);
}

/** A last line that a kill has cut off, or that is being written, does not count. */
async function readChunks(folder: string): Promise<{ chunks: Chunk[]; bytes: number }> {
  const path = join(folder, runFiles.chunks);
  const text = await readFile(path, "utf8").catch(() => "");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  return { chunks: lines.map((line) => parse(chunkSchema, line, path)), bytes: Buffer.byteLength(whole) };
}

async function readResult(folder: string): Promise<RunResult | undefined> {
  const path = join(folder, runFiles.result);
  if (!(await isFile(path))) return undefined;
  return parse(resultSchema, await readPlainText(path), path);
}

/** How many tasks are done. */
export function tasksOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { tasks }) => sum + tasks, 0);
}

/** Appends and flushes; gives the file's size. */
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

async function cutTo(path: string, bytes: number): Promise<void> {
  if (await isFile(path)) await truncate(path, bytes);
}

async function readText(folder: string, file: string): Promise<string> {
  return await readPlainText(join(folder, file)).catch((error: unknown) => {
    const message = `Cannot read the run ${folder}: it has no ${file}.`;
    throw new UserError("run-missing", message, `Choose one of the runs in ${dirname(folder)}.`, {
      cause: error,
    });
  });
}

function parse<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(path, "it is not valid JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(path, z.prettifyError(parsed.error));
}

function invalid(path: string, reason: string): UserError {
  const message = `Cannot read ${path}: ${reason}.`;
  return new UserError("run-invalid", message, "Delete the run's folder, and evaluate anew.");
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
