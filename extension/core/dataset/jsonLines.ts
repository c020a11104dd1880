/** Examples from a .jsonl file: one JSON object a line. A bad line becomes a problem; it never fails the file. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import * as z from "zod";
import type { Example, Problem } from "./example.ts";

const filled = z.string().refine((text) => text.trim() !== "", "is empty");
const pairSchema = z.object({ intent: filled, code: filled });
const textSchema = z.object({ text: filled });
const fillSchema = z.object({ prefix: z.string(), suffix: z.string(), middle: filled });

/** Other fields of a row (ids, splits, licenses) are ignored. */
export async function readJsonLines(path: string): Promise<{ examples: Example[]; problems: Problem[] }> {
  const bytes = await readFile(path);
  const examples: Example[] = [];
  const problems: Problem[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true }); // Drops a byte order mark by itself.
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    line++;
    const result = readRow(bytes.subarray(start, end), decoder);
    if (typeof result === "string") problems.push({ where: `${basename(path)}:${line}`, message: result });
    else if (result) examples.push(result);
    start = end + 1;
  }
  return { examples, problems };
}

/** The example of a line, undefined for a blank one, or what is wrong with it. */
function readRow(bytes: Uint8Array, decoder: { decode(bytes: Uint8Array): string }): Example | string | undefined {
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
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "The line is not a JSON object.";
  if ("intent" in row || "code" in row) return read(pairSchema, row, (value) => ({ kind: "pair", ...value }));
  if ("text" in row) return read(textSchema, row, (value) => ({ kind: "text", ...value }));
  if ("middle" in row) return read(fillSchema, row, (value) => ({ kind: "fill", ...value }));
  return 'The row has neither "intent" and "code", nor "text", nor "prefix", "suffix" and "middle".';
}

function read<T>(schema: z.ZodType<T>, row: object, example: (value: T) => Example): Example | string {
  const parsed = schema.safeParse(row);
  if (parsed.success) return example(parsed.data);
  return parsed.error.issues
    .map(({ path, message, code }) => {
      const field = `"${path.join(".")}"`;
      if (code !== "invalid_type") return `${field} ${message}.`;
      return path[0] !== undefined && path[0] in row ? `${field} is not a text.` : `${field} is missing.`;
    })
    .join(" ");
}
