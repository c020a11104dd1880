/**
 * Draws the holes of a suite: each file in turn, one line and one block each time, in an order that the seed decides.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { seededRandom } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import type { Problem } from "../../dataset/example.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import { blockHoles, lineHoles, type HoleRange } from "./holes.ts";
import type { SourceFile } from "./heldOut.ts";

export const holeKinds = ["line", "block"] as const;

/** The rest of a line, or the body of a block. */
export type HoleKind = (typeof holeKinds)[number];

export interface Hole extends HoleRange {
  readonly kind: HoleKind;
  readonly file: SourceFile;
}

export interface DrawOptions {
  /** The most holes of each kind. A smaller count draws the first holes of a larger one. */
  readonly count: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws files without replacement until each has had its turn, then again. Draws lines (blocks) of a file without
 * replacement, and one position of a line, all equally likely. Files that do not parse are problems.
 */
export async function drawHoles(
  files: readonly SourceFile[],
  parser: PythonParser,
  { count, seed, signal }: DrawOptions,
): Promise<{ holes: Hole[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const drawn: Record<HoleKind, Hole[][]> = { line: [], block: [] };
  for (const file of seededRandom(seed, "files").shuffled(files)) {
    if (holeKinds.every((kind) => drawn[kind].length >= count)) break;
    await nextTurn();
    signal?.throwIfAborted();
    const [problem] = parser.problems(file.text);
    if (problem) {
      problems.push({
        where: file.path,
        message: say`Line ${problem.line} is not valid Python: the file has no holes.`,
      });
      continue;
    }
    const tree = parser.tree(file.text);
    for (const kind of holeKinds) {
      const groups = (kind === "line" ? lineHoles : blockHoles)(file.text, tree);
      const random = seededRandom(seed, `${kind} ${file.path}`);
      const chosen = random.shuffled(groups).map((holes) => holes[random.integer(holes.length)]!);
      if (chosen.length > 0) drawn[kind].push(chosen.map((hole) => ({ ...hole, kind, file })));
    }
  }
  return { holes: holeKinds.flatMap((kind) => inTurn(drawn[kind]).slice(0, count)), problems };
}

/** Returns the first of each list, then the second of each that has one, … */
export function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
