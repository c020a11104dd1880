/**
 * Published benchmarks of code completion, recognized by the fields of their rows: CrossCodeEval, RepoBench (Python) and
 * RepoPeftBench. Maps each row to a hole with the context that the row gives. Runs no model.
 */

import * as z from "zod";
import { Flaw } from "../../dataset/example.ts";
import { internalError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { readFields } from "../../dataset/jsonLines.ts";
import type { Snippet } from "../../repository/repositoryQuery.ts";
import type { Benchmark } from "./benchmarkNames.ts";
import { idSchema } from "./taskId.ts";
import { filled, openTasks, type TaskOptions, type Tasks } from "./tasks.ts";

export interface CompletionTask {
  readonly id: string;
  readonly benchmark: Benchmark;
  readonly repository: string;
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  /** Parts of other files that the row gives, in the order of a prompt: the most relevant last. */
  readonly context: readonly Snippet[];
  readonly reference: string;
}

/** The columns of all benchmarks that tasks need; RepoBench's `all_code` alone is larger than all of these. */
const benchmarkColumns = [
  "prompt groundtruth right_context metadata crossfile_context",
  "repo_name file_path import_statement cropped_code next_line context",
  "repo_id test_file prefix target",
].flatMap((names) => names.split(" "));

/** Returns the benchmark that a row belongs to, if any. */
export function benchmarkOf(row: object): Benchmark | undefined {
  if ("groundtruth" in row && "metadata" in row) return "crosscodeeval";
  if ("next_line" in row && "cropped_code" in row) return "repobench";
  if ("repo_id" in row && "target" in row && "prefix" in row) return "repopeftbench";
  return undefined;
}

/** Tasks of one benchmark. */
export interface CompletionTasks extends Tasks<CompletionTask> {
  readonly benchmark: Benchmark;
}

/**
 * Opens a .jsonl or .parquet file of rows as published. The first good row decides the benchmark; rows of another one
 * are problems.
 *
 * @throws UserError "suite-missing", "suite-empty", "data-format"
 */
export async function openCompletionTasks(source: string, options: TaskOptions): Promise<CompletionTasks> {
  let benchmark: Benchmark | undefined;
  const tasks = await openTasks(source, { ...options, columns: benchmarkColumns }, (row, where) => {
    const task = taskOf(row, where);
    if (task instanceof Flaw) return task;
    benchmark ??= task.benchmark;
    return task.benchmark === benchmark
      ? task
      : new Flaw(say`The row is of ${task.benchmark}, the first one of ${benchmark}.`);
  });
  if (benchmark === undefined) throw internalError("tasks without a benchmark");
  return { ...tasks, benchmark };
}

function taskOf(row: object, where: string): CompletionTask | Flaw {
  switch (benchmarkOf(row)) {
    case "crosscodeeval":
      return readFields(crossCodeEval, row, crossCodeEvalTask);
    case "repobench":
      return readFields(repoBench, row, (fields) => repoBenchTask(fields, where));
    case "repopeftbench":
      return readFields(repoPeftBench, row, (fields) => repoPeftBenchTask(fields, where));
    case undefined:
      return new Flaw(
        say`The row has neither "groundtruth" (CrossCodeEval), nor "next_line" (RepoBench), nor "target" (RepoPeftBench).`,
      );
  }
}

const chunk = z.object({ retrieved_chunk: z.string(), filename: z.string() });

/** A row of line_completion*.jsonl. Rows without context have an empty text or object for it. */
const crossCodeEval = z.object({
  prompt: filled,
  groundtruth: filled,
  right_context: z.string().nullish(),
  metadata: z.object({ task_id: idSchema, repository: z.string(), file: z.string() }),
  crossfile_context: z.union([z.object({ list: z.array(chunk).nullish() }), z.string()]).nullish(),
});

function crossCodeEvalTask(row: z.output<typeof crossCodeEval>): CompletionTask {
  const { task_id: id, repository, file: path } = row.metadata;
  const given = typeof row.crossfile_context === "object" ? (row.crossfile_context?.list ?? []) : [];
  return {
    id,
    benchmark: "crosscodeeval",
    repository,
    path,
    prefix: row.prompt,
    suffix: row.right_context ?? "",
    // The row lists the best chunk first.
    context: given.map(({ filename, retrieved_chunk: text }) => ({ path: filename, text })).toReversed(),
    reference: row.groundtruth,
  };
}

/** A row of version 1.1. `cropped_code` ends before the line to predict; the imports are in a separate field. */
const repoBench = z.object({
  repo_name: z.string(),
  file_path: z.string(),
  context: z.array(z.object({ path: z.string(), snippet: z.string() })).nullish(),
  import_statement: z.string(),
  cropped_code: z.string(),
  next_line: filled,
});

function repoBenchTask(row: z.output<typeof repoBench>, where: string): CompletionTask {
  const { repo_name: repository, file_path: path, context, import_statement: imports, cropped_code: code } = row;
  return {
    id: where,
    benchmark: "repobench",
    repository,
    path,
    // The authors' prompt joins imports and code in this way.
    prefix: `${imports}\n${code}\n`,
    suffix: "",
    context: (context ?? []).map(({ path: other, snippet: text }) => ({ path: other, text })),
    reference: row.next_line,
  };
}

/** A row of the static track's "qna" files: an assertion to complete. It gives no context. */
const repoPeftBench = z.object({
  repo_id: z.string(),
  prefix: filled,
  target: filled,
  test_file: z.string().nullish(),
});

function repoPeftBenchTask(
  { repo_id: repository, ...row }: z.output<typeof repoPeftBench>,
  where: string,
): CompletionTask {
  return {
    id: where,
    benchmark: "repopeftbench",
    repository,
    path: row.test_file ?? "",
    prefix: row.prefix,
    suffix: "",
    context: [],
    reference: row.target,
  };
}
