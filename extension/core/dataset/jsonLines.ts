/** Rows and examples from a .jsonl file: one JSON object a line. A bad line becomes a problem; it never fails the file. */

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import * as z from "zod";
import type { Example, Problem } from "./example.ts";

const filled = z.string().refine((text) => text.trim() !== "", "is empty");
const pairSchema = z.object({ intent: filled, code: filled });
const textSchema = z.object({ text: filled });
const fillSchema = z.object({ prefix: z.string(), suffix: z.string(), middle: filled });

/** Other fields of a row (ids, splits, licenses) are ignored. */
export async function readJsonLines(path: string): Promise<{ examples: Example[]; problems: Problem[] }> {
  const examples: Example[] = [];
  const problems: Problem[] = [];
  for await (const { where, object } of jsonObjects(path)) {
    const result = typeof object === "string" ? object : exampleOf(object);
    if (typeof result === "string") problems.push({ where, message: result });
    else examples.push(result);
  }
  return { examples, problems };
}

/** Line by line, blank ones left out: the object, or what is wrong with the line. The file is never in memory as a whole. */
export async function* jsonObjects(path: string): AsyncGenerator<{ where: string; object: object | string }> {
  const decoder = new TextDecoder("utf-8", { fatal: true }); // Drops a byte order mark by itself.
  let line = 0;
  let begun: Buffer[] = [];
  const ended = function* (last: Buffer): Generator<{ where: string; object: object | string }> {
    line++;
    const object = objectOf(Buffer.concat([...begun, last]), decoder);
    begun = [];
    if (object !== undefined) yield { where: `${basename(path)}:${line}`, object };
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; start = end + 1, end = chunk.indexOf(0x0a, start)) {
      yield* ended(chunk.subarray(start, end));
    }
    begun.push(chunk.subarray(start));
  }
  yield* ended(Buffer.of());
}

/** The object of a line, undefined for a blank one, or what is wrong with it. */
function objectOf(bytes: Uint8Array, decoder: { decode(bytes: Uint8Array): string }): object | string | undefined {
  let text;
  try {
    text = decoder.decode(bytes).trim();
  } catch {
    return "The line is not valid UTF-8.";
  }
  if (text === "") return undefined;
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    return `The line is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  return typeof row === "object" && row !== null && !Array.isArray(row) ? row : "The line is not a JSON object.";
}

function exampleOf(row: object): Example | string {
  if ("intent" in row || "code" in row) return readFields(pairSchema, row, (value) => ({ kind: "pair", ...value }));
  if ("text" in row) return readFields(textSchema, row, (value) => ({ kind: "text", ...value }));
  if ("middle" in row) return readFields(fillSchema, row, (value) => ({ kind: "fill", ...value }));
  return 'The row has neither "intent" and "code", nor "text", nor "prefix", "suffix" and "middle".';
}

/** What `of` makes of a row's fields, or what is wrong with them. */
export function readFields<T, R>(schema: z.ZodType<T>, row: object, of: (value: T) => R): R | string {
  const parsed = schema.safeParse(row);
  if (parsed.success) return of(parsed.data);
  return parsed.error.issues
    .map(({ path, message, code }) => {
      const field = `"${path.join(".")}"`;
      if (code !== "invalid_type") return `${field} ${message}.`;
      return path[0] !== undefined && path[0] in row ? `${field} is not a text.` : `${field} is missing.`;
    })
    .join(" ");
}
