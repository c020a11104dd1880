/**
 * Finds where the statements of a text begin, and which brackets and strings are open between them. Updates cheaply
 * after edits.
 */

import { firstFrom } from "../foundation/numbers/firstFrom.ts";
import { eachLine, scanPython, textStart, type LineStart, type PythonState } from "./pythonText.ts";

/** The offsets of the statements of a text, with scanner states in between. */
export interface Outline {
  readonly text: string;
  /**
   * Line starts from which scanning can resume, about every {@link checkpointDistance} characters; the first is the
   * text's start.
   */
  readonly checkpoints: readonly LineStart[];
  readonly statements: readonly number[];
}

const checkpointDistance = 4000;
/** Returns the outline of `text`. Scans only the part after the common beginning with the text of `known`. */
export function outlineOf(text: string, known?: Outline): Outline {
  const kept = known?.checkpoints.filter(({ offset }) => offset <= text.length) ?? [];
  let [low, high] = [0, kept.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const { offset } = kept[middle - 1]!;
    if (known!.text.slice(0, offset) === text.slice(0, offset)) low = middle;
    else high = middle - 1;
  }
  const checkpoints = low === 0 ? [textStart] : kept.slice(0, low);
  const from = checkpoints.at(-1)!;
  const statements = known?.statements.slice(0, firstFrom(known.statements, from.offset)) ?? [];
  eachLine(text, from, (line, beginsStatement) => {
    if (beginsStatement) statements.push(line.offset);
    if (line.offset - checkpoints.at(-1)!.offset >= checkpointDistance) checkpoints.push(line);
  });
  return { text, checkpoints, statements };
}

/** Returns the state at `position`, by default the end of the text. */
export function stateAt({ text, checkpoints }: Outline, position = text.length): PythonState {
  const { offset, state } = checkpoints.findLast((line) => line.offset <= position)!;
  return scanPython(text.slice(offset, position), state);
}

export function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? text.length : end);
}
