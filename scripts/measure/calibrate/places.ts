/** Places in a folder's files where a user could type, and whether a suggestion there would be kept. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom, type Random } from "../../../extension/core/foundation/random.ts";
import type { SourceFile } from "../../../extension/core/evaluation/suites/heldOut.ts";
import type { Evidence } from "../../../extension/core/completion/judgement/evidence.ts";
import { indentation, isBlank, scanPython } from "../../../extension/core/completion/pythonText.ts";

/** A cursor, and what the author wrote there. */
export interface Place {
  readonly file: SourceFile;
  readonly prefix: string;
  readonly suffix: string;
  /** The author's text from the cursor on, up to the end of the file. */
  readonly truth: string;
  /** The length of the part of it that the suffix lacks. */
  readonly missing: number;
  readonly kind: "comment" | "docstring" | "string" | "code";
}

export interface Outcome {
  /** Whether every character is the author's, up to a word's end. */
  readonly kept: boolean;
  /** Whether it is all that is missing of the line. */
  readonly exact: boolean;
}

/** A suggestion at a place: each beginning of it that ends with a line. */
export interface Row {
  readonly kind: Place["kind"];
  readonly text: string;
  readonly beginnings: readonly (Outcome & { readonly end: number; readonly evidence: Evidence })[];
}

/** Places near each other cost little: the model has read what is before them. */
const placesPerSpot = 5;

/** Draws files in turn, a line of each, how much of the text below it is written already, and places in the gap between. */
export async function drawPlaces(folder: string, count: number): Promise<Place[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".py"));
  const random = seededRandom(0, `calibrate ${folder.split("/").at(-1)}`);
  const files: SourceFile[] = [];
  for (const path of random.shuffled(paths.sort()).slice(0, 150)) {
    const text = (await readFile(join(folder, path), "utf8")).replaceAll("\r\n", "\n");
    if (text.length > 400 && text.length < 200_000) files.push({ path, text });
  }
  const places: Place[] = [];
  while (places.length < count && files.length > 0) {
    for (const file of files) places.push(...placesIn(file, random));
  }
  return places.slice(0, count);
}

/** Returns the places of one gap, first to last. */
function placesIn(file: SourceFile, random: Random): Place[] {
  const { text } = file;
  const lines = text.split("\n");
  const row = random.integer(lines.length);
  if (isBlank(lines[row]!)) return [];
  const lineStart = lines.slice(0, row).reduce((sum, { length }) => sum + length + 1, 0);
  const start = lineStart + /^\s*/.exec(lines[row]!)![0].length;
  const gapEnd = lineStart + gapLength(lines, row, random.integer(4));
  const lastLine = lines.slice(row, row + 2).join("\n");
  const last = Math.min(gapEnd, lineStart + lastLine.length);
  if (last <= start) return [];
  const cursors = Array.from({ length: placesPerSpot }, () => start + random.integer(last - start));
  return [...new Set(cursors)]
    .sort((one, other) => one - other)
    .map((cursor) => {
      const prefix = text.slice(0, cursor);
      const truth = text.slice(cursor);
      return { file, prefix, suffix: text.slice(gapEnd), truth, missing: gapEnd - cursor, kind: kindOf(prefix) };
    })
    .filter(({ prefix }) => !isBlank(prefix.slice(prefix.lastIndexOf("\n") + 1)) || prefix.endsWith(" "));
}

/**
 * Returns the length of the gap from the start of a line: the line, perhaps without its closers; with the rest of its
 * block, as while writing it; or with all that follows.
 */
function gapLength(lines: readonly string[], row: number, how: number): number {
  const line = lines[row]!;
  if (how === 0) return line.length;
  if (how === 3) return line.replace(/[)\]}"']*[:,]?\s*$/, "").length;
  const width = how === 2 ? 0 : indentation(line);
  let end = row + 1;
  while (end < lines.length && (isBlank(lines[end]!) || indentation(lines[end]!) >= width)) end++;
  while (end > row + 1 && isBlank(lines[end - 1]!)) end--;
  return lines.slice(row, end).join("\n").length;
}

function kindOf(prefix: string): Place["kind"] {
  const { quote, inComment } = scanPython(prefix);
  if (inComment) return "comment";
  if (quote === "") return "code";
  return quote.length === 3 ? "docstring" : "string";
}

export function outcomeAt({ truth, missing }: Place, text: string): Outcome {
  const [own, authors] = [text.trimEnd(), truth.slice(0, text.trimEnd().length)];
  const next = truth[own.length] ?? "";
  const endsWord = !(/\w$/.test(own) && /\w/.test(next));
  const [line] = truth.slice(0, missing).split("\n");
  return { kept: own === authors && endsWord, exact: own.split("\n")[0] === line!.trimEnd() };
}
