/** Reads examples from a .jsonl file: one per line. A bad line becomes a problem; the others are read. */

import * as z from "zod";
import { say, type Said } from "../foundation/words/said.ts";
import { lineOfSecret } from "../sources/secrets/secrets.ts";
import { Flaw, type Example, type Problem } from "./example.ts";
import { jsonObjects } from "./jsonObjects.ts";

/** The message of schemas for a field without text. */
export const emptyField = "is empty";
const filled = z.string().refine((text) => text.trim() !== "", emptyField);
const pairSchema = z.object({ intent: filled, code: filled });
const textSchema = z.object({ text: filled });
const fillSchema = z.object({ prefix: z.string(), suffix: z.string(), middle: filled });

/** Longest row, in bytes. A longer row is not a real example. */
const longestExample = 2 ** 20;

/**
 * Examples and problems in the order of the lines. Other fields of a row (ids, splits, licenses) are ignored. A row with a
 * secret is a problem, unless the data `isPublic`.
 */
export async function* jsonExamples(path: string, { isPublic = false } = {}): AsyncGenerator<Example | Problem> {
  for await (const { where, object } of jsonObjects(path, longestExample)) {
    let result = object instanceof Flaw ? object : exampleOf(object);
    if (!(result instanceof Flaw) && !isPublic && (await lineOfSecret(textOf(result))) !== undefined) {
      result = new Flaw(say`The row holds a secret.`);
    }
    yield result instanceof Flaw ? { where, message: result.message } : result;
  }
}

function textOf(example: Example): string {
  if (example.kind === "pair") return `${example.intent}\n${example.code}`;
  return example.kind === "text" ? example.text : `${example.prefix}${example.middle}${example.suffix}`;
}

function exampleOf(row: object): Example | Flaw {
  if ("intent" in row || "code" in row) return readFields(pairSchema, row, (value) => ({ kind: "pair", ...value }));
  if ("text" in row) return readFields(textSchema, row, (value) => ({ kind: "text", ...value }));
  if ("middle" in row) return readFields(fillSchema, row, (value) => ({ kind: "fill", ...value }));
  const fields = Object.keys(row).slice(0, 5).join(", ") || say`no field`;
  return new Flaw(
    say`The row has ${fields}, but neither "intent" and "code", nor "text", nor "prefix", "suffix" and "middle".`,
  );
}

/** Returns the result of `of` for a row's fields, or what is wrong with them. */
export function readFields<T, R>(schema: z.ZodType<T>, row: object, of: (value: T) => R): R | Flaw {
  const parsed = schema.safeParse(row);
  if (parsed.success) return of(parsed.data);
  const flaws = parsed.error.issues.map(({ path, message, code }): Said => {
    const field = path.join(".");
    if (message === emptyField) return say`"${field}" is empty.`;
    if (code !== "invalid_type") return say`"${field}" ${message}.`;
    return path[0] !== undefined && path[0] in row ? say`"${field}" is not a string.` : say`"${field}" is missing.`;
  });
  return new Flaw(flaws.reduce((all, flaw) => say`${all} ${flaw}`));
}
