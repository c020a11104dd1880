/** Reads suites of tasks: locates the file, checks that ids are unique, and lists bad rows next to the good ones. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { firstProblem, Flaw, type Problem } from "../../dataset/example.ts";
import { emptyField } from "../../dataset/jsonLines.ts";
import { jsonObjects } from "../../dataset/jsonObjects.ts";
import { parquetRows } from "../../dataset/parquet/parquetRows.ts";
import { findPaperFile, isPaperDataset, type PaperPlaces, type Split } from "../../dataset/paperDatasets.ts";
import { holdsSecret } from "../../sources/secrets/rowSecrets.ts";

export interface Tasks<Task> {
  /** The name of a paper's data set, or of the file. */
  readonly name: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  readonly count: number;
  /** Rows that were left out, with reasons. */
  readonly problems: readonly Problem[];
  /** The good rows in their order, read again at each iteration: a suite is never in memory as a whole. */
  readonly each: () => AsyncGenerator<Task>;
}

export interface TaskOptions extends PaperPlaces {
  /** The part of a paper's data set, by default "test". */
  readonly split?: Split;
  readonly signal?: AbortSignal | undefined;
  /** The columns to read of a Parquet file; all by default. */
  readonly columns?: readonly string[];
  /** Leaves out rows whose texts hold a secret, which predictions and exports would repeat. Not for published data. */
  readonly withoutSecrets?: boolean;
}

export const filled = z.string().refine((text) => text.trim() !== "", emptyField);

/**
 * Reads a .jsonl or .parquet file, or a paper's data set. `taskOf` returns a row's task or its problem; a row with a repeated id is
 * a problem, too.
 *
 * @throws UserError "data-missing", "data-format", "suite-missing"; "suite-empty" if no task is left
 */
export async function openTasks<Task extends { readonly id: string }>(
  source: string,
  options: TaskOptions,
  taskOf: (row: object, where: string) => Task | Flaw,
): Promise<Tasks<Task>> {
  const path = await suiteFile(source, options);
  /** The row where an id first occurred. */
  const places = new Map<string, string>();
  const problems: Problem[] = [];
  for await (const { where, object } of suiteRows(path, options)) {
    options.signal?.throwIfAborted();
    let task = object instanceof Flaw ? object : taskOf(object, where);
    if (options.withoutSecrets && !(task instanceof Flaw) && (await holdsSecret(task)))
      task = new Flaw(say`The row holds a secret.`);
    const before = task instanceof Flaw ? undefined : places.get(task.id);
    if (task instanceof Flaw) problems.push({ where, message: task.message });
    else if (before !== undefined)
      problems.push({ where, message: say`The id "${task.id}" already occurs in ${before}.` });
    else places.set(task.id, where);
  }
  if (places.size === 0) {
    const [first] = problems;
    const message = say`Cannot use the suite ${source}: it has no task.`;
    throw new UserError(
      "suite-empty",
      first ? say`${message} ${firstProblem(problems.length, first)}` : message,
      say`Choose a suite with at least one valid row.`,
    );
  }
  return {
    name: basename(source),
    hash: await hashOf(path),
    count: places.size,
    problems,
    each: async function* () {
      for await (const { where, object } of suiteRows(path, options)) {
        const task = object instanceof Flaw ? object : taskOf(object, where);
        if (!(task instanceof Flaw) && places.get(task.id) === where) yield task;
      }
    },
  };
}

/** Yields the rows of a suite's file, each with its place. */
export function suiteRows(
  path: string,
  { columns }: Pick<TaskOptions, "columns"> = {},
): AsyncGenerator<{ where: string; object: object | Flaw }> {
  return path.endsWith(".parquet") ? parquetRows(path, columns && { columns }) : jsonObjects(path);
}

/** @throws UserError "data-missing", "suite-missing" */
export async function suiteFile(source: string, options: TaskOptions): Promise<string> {
  if (isPaperDataset(source)) return await findPaperFile(source, { ...options, split: options.split ?? "test" });
  const path = resolve(source);
  if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  const message = say`Cannot read the suite ${source}: there is no file ${path}.`;
  throw new UserError("suite-missing", message, say`Give a .jsonl file, or the name of a paper's data set.`);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}
