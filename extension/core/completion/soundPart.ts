/**
 * What of a completion leaves sound Python sound. A model that stops at the end of a line has no idea that the call it has
 * begun there ends nowhere; a reader sees it at once. Nothing is added or repaired: only the end is left out.
 */

import type { PythonParser } from "../python/pythonParser.ts";
import type { Cursor } from "./stop.ts";

/**
 * In characters: how far around the cursor errors are looked for, or farther to the ends of its class or function. Parsing so
 * much takes about a millisecond.
 */
const [before, behind] = [6000, 3000];

/** So many shorter texts are tried. Each is parsed. */
const attempts = 24;

/**
 * The longest part of `text`, from its start to the end of a line or, within the first line, of a token, with which the text
 * around the cursor parses; empty where there is none. All of it where the text around is no sound Python anyway.
 */
export function soundPart(parser: PythonParser, text: string, cursor: Cursor): string {
  if (text === "") return text;
  const { prefix, suffix } = wholeDefinitions(cursor);
  const parses = (inserted: string): boolean => parser.parses(prefix + inserted + suffix);
  if (parses(text) || !isSoundAround(parser, prefix, suffix)) return text;
  return shorter(text).slice(0, attempts).find(parses) ?? "";
}

/**
 * Whether the text would parse if the line of the cursor were right. What would be right nobody knows; one of these is, if any
 * line is: a statement, the head of a block, the beginning of something that the next lines go on with.
 */
function isSoundAround(parser: PythonParser, prefix: string, suffix: string): boolean {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const [indent = ""] = /^[ \t]*/.exec(prefix.slice(lineStart)) ?? [];
  const [above, below] = [prefix.slice(0, lineStart) + indent, suffix.slice(`${suffix}\n`.indexOf("\n"))];
  return rightLines.some((line) => parser.parses(above + line + below));
}

/** Of statements and heads, of what goes on below, and of what has begun above. */
const rightLines = ["pass", "if _:", "def _():", "_(", "_ = [", "_ = {", "def _(", "_,", "_: _,", "+ _", ")", "]", "}"];

/** `text` up to the end of each line but the last, and up to that of each token of the first line; the longest first. */
function shorter(text: string): string[] {
  const [first = ""] = text.split("\n", 1);
  const lines = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  const tokens = Array.from(first.matchAll(/\w+|[^\w\s]/g), ({ 0: token, index }) => index + token.length);
  const ends = [...new Set([...tokens, ...lines])].filter((end) => end < text.length);
  return ends.toSorted((a, b) => b - a).map((end) => text.slice(0, end));
}

/** Where a definition of the module begins, which takes in all that was open: behind a line end, and no prose in a docstring. */
const definition = /\n(?=@\w|class \w+\s*[(:]|(?:async )?def \w+\s*\()/g;

/** Cut only between definitions of the module, so that no block is without its head and no bracket without its partner. */
function wholeDefinitions({ prefix, suffix }: Cursor): Cursor {
  const starts = Array.from(prefix.matchAll(definition), ({ index }) => index + 1);
  const start = starts.find((position) => position >= prefix.length - before) ?? starts.at(-1) ?? 0;
  const ends = Array.from(suffix.matchAll(definition), ({ index }) => index + 1);
  const end = ends.findLast((position) => position <= behind) ?? ends[0] ?? suffix.length;
  return {
    prefix: prefix.length <= before ? prefix : prefix.slice(start),
    suffix: suffix.length <= behind ? suffix : suffix.slice(0, end),
  };
}
