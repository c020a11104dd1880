/** Suites of instructions with one reference each: the paper's test sets, or any file of pairs. Knows no protocol. */

import * as z from "zod";
import type { Flaw } from "../../dataset/example.ts";
import { readFields } from "../../dataset/jsonLines.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { idSchema } from "./taskId.ts";
import { filled, openTasks, type TaskOptions, type Tasks } from "./tasks.ts";

export interface PairTask {
  readonly id: string;
  readonly intent: string;
  readonly code: string;
}

const schema = z.object({ id: idSchema.optional(), intent: filled, code: filled });
/** The names of the paper's data sets on the Hugging Face hub. */
const hubSchema = z.object({ nl: filled, cmd: filled });

/**
 * Opens "conala" (543 items), "codealpacapy" (628), or a .jsonl file of {"intent", "code"}, with or without "id". A
 * row without an id gets its position in the file as its id. A row of a file is left out if it holds a secret.
 *
 * @throws UserError "data-missing"; "suite-missing", "suite-empty"
 */
export async function openPairTasks(source: string, options: TaskOptions): Promise<Tasks<PairTask>> {
  return await openTasks(source, { ...options, withoutSecrets: !isPaperDataset(source) }, taskOf);
}

function taskOf(row: object, where: string): PairTask | Flaw {
  if ("nl" in row) return readFields(hubSchema, row, ({ nl, cmd }) => ({ id: where, intent: nl, code: cmd }));
  return readFields(schema, row, ({ id, intent, code }) => ({ id: id ?? where, intent, code }));
}
