/** What readers of suites share: where a suite lies, ids that come once, bad rows beside the good. */

import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../../base/errors.ts";
import type { Problem } from "../../dataset/example.ts";
import { jsonObjects } from "../../dataset/jsonLines.ts";
import { findPaperFile, isPaperDataset } from "../../dataset/loadDataset.ts";

export interface Tasks<Task> {
  readonly name: string;
  readonly tasks: readonly Task[];
  /** Rows that were left out, and why. */
  readonly problems: readonly Problem[];
}

export const filled = z.string().refine((text) => text.trim() !== "", "is empty");

export const idSchema = z.union([z.string().min(1, "is empty"), z.number()]).transform(String);

/**
 * Reads the tasks of a .jsonl file or of a paper's data set. What `taskOf` makes of a row is a task or what is wrong with it; a row
 * whose id was there before is a problem, too.
 *
 * @throws UserError "data-missing", "suite-missing"; "suite-empty" where no task is left
 */
export async function readTasks<Task extends { readonly id: string }>(
  source: string,
  dataFolder: string,
  taskOf: (row: object, where: string) => Task | string,
): Promise<Tasks<Task>> {
  const tasks = new Map<string, { task: Task; where: string }>();
  const problems: Problem[] = [];
  for await (const { where, object } of jsonObjects(await suiteFile(source, dataFolder))) {
    const task = typeof object === "string" ? object : taskOf(object, where);
    const before = typeof task === "string" ? undefined : tasks.get(task.id);
    if (typeof task === "string") problems.push({ where, message: task });
    else if (before) problems.push({ where, message: `The id "${task.id}" stands in ${before.where}, too.` });
    else tasks.set(task.id, { task, where });
  }
  if (tasks.size === 0) {
    const [first] = problems;
    const because = first ? ` The first of ${problems.length} problems, ${first.where}: ${first.message}` : "";
    const message = `Cannot use the suite ${source}: it has no task.${because}`;
    throw new UserError("suite-empty", message, "Give a suite with good rows.");
  }
  return { name: basename(source), tasks: [...tasks.values()].map(({ task }) => task), problems };
}

async function suiteFile(source: string, dataFolder: string): Promise<string> {
  if (isPaperDataset(source)) return await findPaperFile(source, { dataFolder, split: "test" });
  const path = resolve(source);
  if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  const message = `Cannot read the suite ${source}: there is no file ${path}.`;
  throw new UserError("suite-missing", message, "Give a .jsonl file, or the name of a paper's data set.");
}
