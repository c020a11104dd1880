/** Determines the kind of a suite from its form. */

import { stat } from "node:fs/promises";
import { Flaw } from "../../dataset/example.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { benchmarkOf } from "./completionTasks.ts";
import { suiteFile, suiteRows, type TaskOptions } from "./tasks.ts";

/**
 * Code for an instruction, compared with a reference; programs that pass tests; holes to fill in sources; or the holes of
 * a published benchmark, each with its own context.
 */
export type SuiteKind = "pairs" | "execution" | "infilling" | "completion";

/**
 * Returns the kind of a suite. The first valid row of a .jsonl or .parquet file decides.
 *
 * @throws UserError "data-missing", "suite-missing"
 */
export async function suiteKind(source: string, options: TaskOptions): Promise<SuiteKind> {
  // The name of a paper's data set takes precedence over a folder of that name.
  if (isPaperDataset(source)) return "pairs";
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder || source.endsWith(".py")) return "infilling";
  for await (const { object } of suiteRows(await suiteFile(source, options))) {
    if (object instanceof Flaw) continue;
    if (benchmarkOf(object)) return "completion";
    if ("entry_point" in object || "test_list" in object || "input_output" in object) return "execution";
    return "path" in object ? "infilling" : "pairs";
  }
  return "pairs";
}
