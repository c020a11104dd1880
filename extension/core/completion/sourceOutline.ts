/**
 * Where the statements of a text begin, and what is open in between; found again cheaply while the text is edited. It cuts nothing.
 */

import { eachLine, scanPython, textStart, type LineStart, type PythonState } from "./pythonText.ts";

/** Where the statements of a text begin, with what lines in between are inside of. */
export interface Outline {
  readonly text: string;
  /** Line starts where reading can go on, about every {@link checkpointDistance} characters; the first is that of the text. */
  readonly checkpoints: readonly LineStart[];
  readonly statements: readonly number[];
}

const checkpointDistance = 4000;
/** The outline of `text`; where it begins as that of `known` did, only the rest is read. */
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

/** The index of the first number that is not below `least`, of ascending ones. */
export function firstFrom(numbers: readonly number[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What `position` is inside of; the end of the text unless told. */
export function stateAt({ text, checkpoints }: Outline, position = text.length): PythonState {
  const { offset, state } = checkpoints.findLast((line) => line.offset <= position)!;
  return scanPython(text.slice(offset, position), state);
}

export function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? text.length : end);
}
