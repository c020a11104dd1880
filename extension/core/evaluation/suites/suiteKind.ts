/** What a suite asks for, by what it looks like. */

import { stat } from "node:fs/promises";
import { jsonObjects } from "../../dataset/jsonLines.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { suiteFile, type TaskOptions } from "./tasks.ts";

/** Code for an instruction, compared with a reference; programs that pass tests; or holes in sources, to be filled. */
export type SuiteKind = "pairs" | "execution" | "infilling";

/**
 * Of a .jsonl file the first row that is one tells.
 *
 * @throws UserError "data-missing", "suite-missing"
 */
export async function suiteKind(source: string, options: TaskOptions): Promise<SuiteKind> {
  // A folder of that name is not what a paper's data set is called.
  if (isPaperDataset(source)) return "pairs";
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder || source.endsWith(".py")) return "infilling";
  for await (const { object } of jsonObjects(await suiteFile(source, options))) {
    if (typeof object === "string") continue;
    if ("entry_point" in object || "test_list" in object || "input_output" in object) return "execution";
    return "path" in object ? "infilling" : "pairs";
  }
  return "pairs";
}
