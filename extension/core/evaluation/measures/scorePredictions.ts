/** Scores predictions in one file against references in another, by id. Knows no model and no measure. */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { firstProblem, Flaw, type Problem } from "../../dataset/example.ts";
import { readFields } from "../../dataset/jsonLines.ts";
import { jsonObjects } from "../../dataset/jsonObjects.ts";
import { addTo, type Measure } from "./measure.ts";
import { idSchema } from "../suites/taskId.ts";

/** References by id, in the order of their file. */
export interface References {
  readonly texts: ReadonlyMap<string, { readonly reference: string; readonly where: string }>;
  readonly problems: readonly Problem[];
}

export interface Scored {
  /** The number of items with a prediction and a reference. */
  readonly items: number;
  /** Per measure, the sums over all items. */
  readonly sums: readonly Float64Array[];
  /** By id, the numbers that the item adds to each measure; undefined above {@link mostRows} items. */
  readonly rows: ReadonlyMap<string, readonly (readonly number[])[]> | undefined;
  readonly problems: readonly Problem[];
}

export interface ScoreOptions {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/** With more items, Graft does not keep the numbers of single items: intervals are narrow anyway, and memory use stays flat. */
export const mostRows = 20_000;

const progressEvery = 500;

const referenceSchema = z.object({ id: idSchema, reference: z.string() });
const predictionsSchema = z.object({ id: idSchema, predictions: z.array(z.string()) });

/**
 * Reads rows of {"id", "reference"}. Rows without either, empty references and repeated ids are problems.
 *
 * @throws UserError "file-missing"
 */
export async function readReferences(path: string): Promise<References> {
  const texts = new Map<string, { reference: string; where: string }>();
  const problems: Problem[] = [];
  for await (const { where, row } of rowsOf(path, referenceSchema)) {
    const before = row instanceof Flaw ? undefined : texts.get(row.id);
    if (row instanceof Flaw) problems.push({ where, message: row.message });
    else if (row.reference.trim() === "")
      problems.push({ where, message: say`The reference of "${row.id}" is empty.` });
    else if (before) problems.push({ where, message: say`The id "${row.id}" already occurs in ${before.where}.` });
    else texts.set(row.id, { reference: row.reference, where });
  }
  return { texts, problems };
}

/**
 * Measures rows of {"id", "predictions"}, best first, one by one; the file is never in memory as a whole. Problems,
 * which are not scored: rows without either field, repeated ids, ids without a reference, and references without
 * predictions. An empty list of predictions is a miss.
 *
 * @throws UserError "file-missing", "score-empty"
 */
export async function scorePredictions(
  path: string,
  references: References,
  measures: readonly Measure[],
  { onProgress, signal }: ScoreOptions = {},
): Promise<Scored> {
  const sums = measures.map(({ width }) => new Float64Array(width));
  const rows = new Map<string, readonly (readonly number[])[]>();
  const problems = [...references.problems];
  const left = new Map(references.texts);
  let items = 0;
  for await (const { where, row } of rowsOf(path, predictionsSchema)) {
    signal?.throwIfAborted();
    const found = row instanceof Flaw ? undefined : left.get(row.id);
    if (row instanceof Flaw) problems.push({ where, message: row.message });
    else if (found === undefined) {
      const message = references.texts.has(row.id)
        ? say`The id "${row.id}" was predicted before.`
        : say`The id "${row.id}" has no reference.`;
      problems.push({ where, message });
    } else {
      const counts = measures.map((measure) => measure.count(row.predictions, found.reference));
      for (const [i, numbers] of counts.entries()) addTo(sums[i]!, numbers);
      if (items < mostRows) rows.set(row.id, counts);
      left.delete(row.id);
      if (++items % progressEvery === 0) onProgress?.({ done: items, total: references.texts.size });
    }
  }
  for (const [missing, { where }] of left) {
    problems.push({ where, message: say`The id "${missing}" has no predictions in ${basename(path)}.` });
  }
  if (items === 0) {
    const [first] = problems;
    const message = say`Cannot score ${path}: no row has both predictions and a reference.`;
    throw new UserError(
      "score-empty",
      first ? say`${message} ${firstProblem(problems.length, first)}` : message,
      say`Give the same ids to predictions and references.`,
    );
  }
  onProgress?.({ done: items, total: references.texts.size });
  return { items, sums, rows: items <= mostRows ? rows : undefined, problems };
}

async function* rowsOf<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<{ where: string; row: T | Flaw }> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) {
    const message = say`Cannot read ${path}: ${info ? say`it is not a file` : say`there is no such file`}.`;
    throw new UserError("file-missing", message, say`Give a .jsonl file, one JSON object a line.`);
  }
  for await (const { where, object } of jsonObjects(path)) {
    yield { where, row: object instanceof Flaw ? object : readFields(schema, object, (value) => value) };
  }
}
