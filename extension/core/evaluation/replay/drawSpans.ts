/** Draws the functions that a replay types, from held-out files. Each is typed into its own file, with the rest in place. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Problem } from "../../dataset/example.ts";
import { seededRandom } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import type { PythonParser, SyntaxNode } from "../../python/pythonParser.ts";
import { inTurn, type DrawOptions } from "../suites/drawHoles.ts";
import type { SourceFile } from "../suites/heldOut.ts";

/** A part of a file that an author types. */
export interface TypedSpan {
  readonly file: SourceFile;
  /** The bounds of the author's text, in characters. */
  readonly start: number;
  readonly end: number;
}

const [fewestLines, mostLines] = [3, 20];

/**
 * Draws files without replacement, one function of each, then a second one, and so on. Files that do not parse are
 * problems.
 */
export async function drawSpans(
  files: readonly SourceFile[],
  parser: PythonParser,
  { count, seed, signal }: DrawOptions,
): Promise<{ spans: TypedSpan[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const drawn: TypedSpan[][] = [];
  for (const file of seededRandom(seed, "files").shuffled(files)) {
    if (drawn.length >= count) break;
    await nextTurn();
    signal?.throwIfAborted();
    const [problem] = parser.problems(file.text);
    if (problem) {
      const message = say`Line ${problem.line} is not valid Python: nobody types in this file.`;
      problems.push({ where: file.path, message });
      continue;
    }
    const functions = functionsOf(parser.tree(file.text), file.text);
    if (functions.length === 0) continue;
    const shuffled = seededRandom(seed, `functions ${file.path}`).shuffled(functions);
    drawn.push(shuffled.map(({ start, end }) => ({ file, start, end })));
  }
  return { spans: inTurn(drawn).slice(0, count), problems };
}

/** Returns the functions and methods of a length that people write in one go. Their decorators are not included. */
function functionsOf(tree: SyntaxNode, text: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const open = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    const lines = text.slice(node.start, node.end).split("\n").length;
    if (node.type === "function_definition" && lines >= fewestLines && lines <= mostLines) found.push(node);
    open.push(...node.children.toReversed());
  }
  return found;
}
