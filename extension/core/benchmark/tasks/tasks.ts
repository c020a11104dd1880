/** What readers of suites share: where a suite lies, ids that come once, bad rows beside the good. */

import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../../base/errors.ts";
import type { Problem } from "../../dataset/example.ts";
import { findPaperFile, isPaperDataset } from "../../dataset/loadDataset.ts";

export interface Tasks<Task> {
  readonly name: string;
  readonly tasks: readonly Task[];
  /** Rows that were left out, and why. */
  readonly problems: readonly Problem[];
}

export const filled = z.string().refine((text) => text.trim() !== "", "is empty");

export const idSchema = z.union([z.string().min(1, "is empty"), z.number()]).transform(String);

/** @throws UserError "data-missing", "suite-missing" */
export async function suiteFile(source: string, dataFolder: string): Promise<string> {
  if (isPaperDataset(source)) return await findPaperFile(source, { dataFolder, split: "test" });
  const path = resolve(source);
  if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  const message = `Cannot read the suite ${source}: there is no file ${path}.`;
  throw new UserError("suite-missing", message, "Give a .jsonl file, or the name of a paper's data set.");
}

/**
 * Collects the tasks of a suite; a row whose id was there before is a problem.
 *
 * @throws UserError "suite-empty" where no task is left
 */
export async function withUniqueIds<Task extends { readonly id: string }>(
  source: string,
  rows: AsyncIterable<{ where: string; task: Task } | Problem>,
): Promise<Tasks<Task>> {
  const tasks = new Map<string, { task: Task; where: string }>();
  const problems: Problem[] = [];
  for await (const row of rows) {
    const before = "task" in row ? tasks.get(row.task.id) : undefined;
    if ("message" in row) problems.push(row);
    else if (before)
      problems.push({ where: row.where, message: `The id "${row.task.id}" stands in ${before.where}, too.` });
    else tasks.set(row.task.id, row);
  }
  if (tasks.size === 0) {
    const [first] = problems;
    const because = first ? ` The first of ${problems.length} problems, ${first.where}: ${first.message}` : "";
    throw new UserError(
      "suite-empty",
      `Cannot use the suite ${source}: it has no task.${because}`,
      "Give a suite with good rows.",
    );
  }
  return { name: basename(source), tasks: [...tasks.values()].map(({ task }) => task), problems };
}
