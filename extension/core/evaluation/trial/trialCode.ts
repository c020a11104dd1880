/** The code that a trial completes and reads: held-out files, or general code. Runs no model. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "../../foundation/random.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import { readPythonSource } from "../../sources/pythonSource.ts";
import { drawHoles, type Hole, type HoleKind } from "../suites/drawHoles.ts";
import type { SourceFile } from "../suites/heldOut.ts";

export interface TrialCode {
  readonly lines: readonly Hole[];
  /** Bodies of blocks. */
  readonly bodies: readonly Hole[];
  /** Beginnings of files, for bits per byte. */
  readonly texts: readonly SourceFile[];
}

/** The most files whose bits are measured, and the most characters of each. */
const [textsRead, longestText] = [16, 3000];

export interface TrialCodeOptions {
  /** The most of each. */
  readonly lines: number;
  readonly bodies: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws lines and bodies, the same for the same files and seed. Shuffles them, so that a trial that ends early has tried files of any
 * size: they are drawn from one file after the other, and the last ones come from long files.
 */
export async function drawTrialCode(
  files: readonly SourceFile[],
  parser: PythonParser,
  { lines, bodies, seed, signal }: TrialCodeOptions,
): Promise<TrialCode> {
  const { holes } = await drawHoles(files, parser, { count: Math.max(lines, bodies), seed, signal });
  const first = (wanted: HoleKind, count: number): Hole[] => {
    const drawn = holes.filter(({ kind }) => kind === wanted).slice(0, count);
    return seededRandom(seed, wanted).shuffled(drawn);
  };
  const texts = seededRandom(seed, "texts").shuffled(files).slice(0, textsRead);
  return { lines: first("line", lines), bodies: first("block", bodies), texts: texts.map(beginning) };
}

function beginning({ path, text }: SourceFile): SourceFile {
  if (text.length <= longestText) return { path, text };
  const end = text.lastIndexOf("\n", longestText);
  return { path, text: text.slice(0, end < 0 ? longestText : end + 1) };
}

/** Reads the general code that ships with Graft. Returns none if it is missing. */
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
