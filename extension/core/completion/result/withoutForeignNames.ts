/** Cuts a completion before the line that reads a name that only other functions have. */

import type { PythonParser } from "../../python/pythonParser.ts";
import { sourceWindows } from "../sourceWindow.ts";
import type { Cursor } from "../stop.ts";

/** The characters around the cursor whose functions are inspected. */
const size = { before: 6000, behind: 3000 };
const word = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** @param text must parse at the cursor */
export function withoutForeignNames(parser: PythonParser, text: string, cursor: Cursor): string {
  if (text === "") return text;
  const { prefix, suffix } = sourceWindows(size)(cursor);
  // A window may begin or end anywhere in its outer half. Names there or farther away count as known, whichever function has them.
  const far = cursor.prefix.slice(0, -size.before / 2) + cursor.suffix.slice(size.behind / 2);
  let words: ReadonlySet<string> | undefined;
  const isKnown = (name: string): boolean => (words ??= new Set(far.match(word))).has(name);
  const range = { start: prefix.length, end: prefix.length + text.length };
  const at = parser.foreignName(prefix + text + suffix, range, isKnown);
  return at === undefined ? text : text.slice(0, Math.max(0, text.lastIndexOf("\n", at - prefix.length)));
}
