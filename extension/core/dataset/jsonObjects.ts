/** Reads a .jsonl file: one JSON object per line. A bad line becomes a flaw; the others are read. */

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { say } from "../foundation/words/said.ts";
import { Flaw } from "./example.ts";

interface JsonLine {
  readonly where: string;
  readonly object: object | Flaw;
  /** The line, if it is an object. */
  readonly text?: string;
}

/**
 * Reads each line that is not blank: its object, or what is wrong with it. Memory holds one line, and at most
 * `longestLine` bytes of it.
 */
export async function* jsonObjects(path: string, longestLine: number = 2 ** 28): AsyncGenerator<JsonLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true }); // Also removes a byte order mark.
  let line = 0;
  let bytes = 0;
  let parts: Buffer[] = [];
  const add = (part: Buffer): void => {
    bytes += part.length;
    parts = bytes > longestLine ? [] : [...parts, part];
  };
  const ended = function* (): Generator<JsonLine> {
    line++;
    const tooLong = say`The line is too long: ${bytes} bytes, the limit is ${longestLine}.`;
    const read = bytes > longestLine ? { object: new Flaw(tooLong) } : objectOf(Buffer.concat(parts), decoder);
    [bytes, parts] = [0, []];
    if (read !== undefined) yield { where: `${basename(path)}:${line}`, ...read };
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; start = end + 1, end = chunk.indexOf(0x0a, start)) {
      add(chunk.subarray(start, end));
      yield* ended();
    }
    add(chunk.subarray(start));
  }
  yield* ended();
}

/** Returns the object of a line, undefined for a blank line, or what is wrong with it. */
function objectOf(
  bytes: Uint8Array,
  decoder: { decode(bytes: Uint8Array): string },
): Omit<JsonLine, "where"> | undefined {
  let text;
  try {
    text = decoder.decode(bytes).trim();
  } catch {
    return { object: new Flaw(say`The line is not valid UTF-8.`) };
  }
  if (text === "") return undefined;
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { object: new Flaw(say`The line is not valid JSON: ${reason}.`) };
  }
  return typeof row === "object" && row !== null && !Array.isArray(row)
    ? { object: row, text }
    : { object: new Flaw(say`The line is not a JSON object.`) };
}
