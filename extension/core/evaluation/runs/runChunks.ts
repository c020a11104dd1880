/** The chunks of a run, and which of them are valid: those whose predictions are complete. Changes no file. */

import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { isFile } from "../../foundation/exists.ts";
import { chunkSchema, type Chunk } from "./runRecord.ts";
import { parseRunFile, unreadable } from "./runErrors.ts";

export interface KeptChunks {
  readonly chunks: Chunk[];
  /** Size of the valid part of chunks.jsonl. */
  readonly bytes: number;
}

/** Ignores a last line that is incomplete after a kill or during a write. */
export async function readChunks(path: string): Promise<KeptChunks> {
  const text = (await isFile(path)) ? await readFile(path, "utf8").catch(unreadable(path)) : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  return { chunks: lines.map((line) => parseRunFile(chunkSchema, line, path)), bytes: Buffer.byteLength(whole) };
}

/**
 * Returns the chunks up to the first whose predictions are incomplete, for example because the user deleted or edited a file.
 *
 * @param tasks the number of tasks in the suite
 */
export async function standingChunks(chunksPath: string, predictionsPath: string, tasks: number): Promise<KeptChunks> {
  const { chunks, bytes } = await readChunks(chunksPath);
  const lineCounts = await linesUpTo(predictionsPath, new Set(chunks.map((chunk) => chunk.bytes)));
  let [lines, done] = [0, 0];
  const firstLost = chunks.findIndex((chunk) => {
    lines += chunk.texts ? 0 : chunk.tasks - chunk.problems.length;
    done += chunk.tasks;
    const hasTexts = !chunk.texts || chunk.texts.length === chunk.tasks;
    return !hasTexts || done > tasks || lineCounts.get(chunk.bytes) !== lines;
  });
  if (firstLost < 0) return { chunks, bytes };
  return { chunks: chunks.slice(0, firstLost), bytes: endOfLine(await readFile(chunksPath), firstLost) };
}

const newline = 0x0a;

/** Returns the number of lines up to each position of `ends` (in bytes) at which a line ends, and 0 for the start of the file. */
async function linesUpTo(path: string, ends: ReadonlySet<number>): Promise<ReadonlyMap<number, number>> {
  const found = new Map([[0, 0]]);
  if (!(await isFile(path))) return found;
  let [offset, lines] = [0, 0];
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = part.indexOf(newline); at >= 0; at = part.indexOf(newline, at + 1)) {
      lines++;
      if (ends.has(offset + at + 1)) found.set(offset + at + 1, lines);
    }
    offset += part.length;
  }
  return found;
}

/** Returns the position after the first `count` lines. */
function endOfLine(data: Buffer, count: number): number {
  let end = 0;
  for (let line = 0; line < count; line++) end = data.indexOf(newline, end) + 1;
  return end;
}
