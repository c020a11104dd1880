/** The lines and pieces of text that a trial completes and reads: of held-out files, or of general code. Runs no model. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "../../foundation/random.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import { readPythonSource } from "../../sources/pythonSource.ts";
import { drawHoles, type Hole } from "../suites/drawHoles.ts";
import type { SourceFile } from "../suites/heldOut.ts";

export interface TrialCode {
  readonly lines: readonly Hole[];
  /** Beginnings of files, for bits per byte. */
  readonly texts: readonly SourceFile[];
}

/** The most files whose bits are measured, and the most characters of each. */
const [textsRead, longestText] = [16, 3000];

/** Draws at most `count` lines, the same for the same files and seed. */
export async function drawTrialCode(
  files: readonly SourceFile[],
  parser: PythonParser,
  { count, seed, signal }: { count: number; seed: number; signal?: AbortSignal | undefined },
): Promise<TrialCode> {
  const { holes } = await drawHoles(files, parser, { count, seed, signal });
  const texts = seededRandom(seed, "texts").shuffled(files).slice(0, textsRead);
  return { lines: holes.filter(({ kind }) => kind === "line"), texts: texts.map(beginning) };
}

function beginning({ path, text }: SourceFile): SourceFile {
  if (text.length <= longestText) return { path, text };
  const end = text.lastIndexOf("\n", longestText);
  return { path, text: text.slice(0, end < 0 ? longestText : end + 1) };
}

/** Reads the general code that ships with Graft; none if it does not lie there. */
export async function readGeneralCode(shippedData: string | undefined): Promise<SourceFile[]> {
  if (shippedData === undefined) return [];
  const folder = join(shippedData, "general");
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".py")).toSorted();
  const files: SourceFile[] = [];
  for (const name of names) {
    const source = await readPythonSource(join(folder, name));
    if ("text" in source) files.push({ path: name, text: source.text });
  }
  return files;
}
