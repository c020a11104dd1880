/**
 * What of a completion leaves sound Python sound. A model that stops at the end of a line has no idea that the call it has
 * begun there ends nowhere; a reader sees it at once. Nothing is added or repaired: only the end is left out.
 */

import type { PythonParser } from "../python/pythonParser.ts";
import { closersOf, scanPython, startsStatement, type PythonState } from "./pythonText.ts";
import { clauseHead, isClause, sourceWindows } from "./sourceWindow.ts";
import type { Cursor } from "./stop.ts";

/**
 * How far around the cursor is read, in characters. Where the larger part has errors of its own, most often farther away, the
 * smaller one may have none. Parsing the larger takes about half a millisecond.
 */
const sizes = [
  { before: 3000, behind: 1500 },
  { before: 500, behind: 250 },
];

/** So many shorter texts are tried. Each is parsed. */
const attempts = 24;

/**
 * The longest part of `text`, from its start to the end of a line or, within the first line, of a token, with which the text around
 * the cursor has no errors; empty where there is none.
 *
 * Where the text around has errors whatever stands in the line of the cursor, this line is judged by itself: somebody is typing, and
 * what is broken elsewhere says nothing about the completion.
 */
export function soundPart(parser: PythonParser, text: string, cursor: Cursor): string {
  if (text === "") return text;
  for (const size of sizes) {
    const around = sourceWindows(size)(cursor);
    const isSound = soundIn(parser, around);
    if (isSound(text)) return text;
    if (isSoundAround(parser, around)) return longestOf(text, isSound);
  }
  const alone = lineAlone(cursor, text).map((line) => soundIn(parser, line));
  return alone.length > 0 ? longestOf(text, (part) => alone.some((isSound) => isSound(part))) : text;
}

function longestOf(text: string, isSound: (part: string) => boolean): string {
  if (isSound(text)) return text;
  return shorter(text).slice(0, attempts).find(isSound) ?? "";
}

/** Whether there are no errors with a text at the cursor, the line below it included. */
function soundIn(parser: PythonParser, { prefix, suffix }: Cursor): (inserted: string) => boolean {
  const below = /^[^\n]*\n\s*/.exec(suffix)?.[0].length ?? suffix.length;
  return (inserted) => {
    const end = prefix.length + inserted.length;
    return parser.faults(prefix + inserted + suffix, { start: prefix.length, end, next: end + below }) === 0;
  };
}

/** Whether there would be no errors if the line of the cursor were right. */
function isSoundAround(parser: PythonParser, { prefix, suffix }: Cursor): boolean {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const [indent = ""] = /^[ \t]*/.exec(prefix.slice(lineStart)) ?? [];
  const above = prefix.slice(0, lineStart);
  const isSound = soundIn(parser, { prefix: above + indent, suffix: suffix.slice(`${suffix}\n`.indexOf("\n")) });
  return rightLines(stateAtLine(above, prefix.slice(lineStart))).some(isSound);
}

/**
 * The line of the cursor as a program, in several ways, unless it stands in a string: with the brackets that it stands in, or what
 * goes before or behind it.
 */
function lineAlone({ prefix, suffix }: Cursor, text: string): Cursor[] {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const line = prefix.slice(lineStart);
  const { brackets, quote } = stateAtLine(prefix.slice(0, lineStart), line + text);
  if (quote !== "") return [];
  const [rest = ""] = suffix.split("\n", 1);
  if (brackets !== "") {
    const closed = rest + closersOf(brackets);
    if (!brackets.startsWith("(")) return [{ prefix: brackets + line, suffix: closed }];
    return [
      { prefix: `_${brackets}${line}`, suffix: closed },
      { prefix: `def _${brackets}${line}`, suffix: `${closed}: pass` },
    ];
  }
  const [indent = ""] = /^[ \t]*/.exec(line) ?? [];
  const before = isClause(line + text) ? clauseHead(line + text) : "";
  const behind = /^\s*try\b/.test(line + text) ? `\n${indent} pass\n${indent}finally:\n${indent} pass\n` : "";
  return [{ prefix: before + line, suffix: rest + behind }];
}

/** What a line stands in, below the text `above`. */
function stateAtLine(above: string, line: string): PythonState {
  const state = scanPython(above);
  return state.quote === "" && startsStatement(line, 0) ? { ...state, brackets: "" } : state;
}

/** Lines one of which is right below a text in this state wherever any is: statements, heads, clauses; entries, and their ends. */
function rightLines({ brackets, quote }: PythonState): string[] {
  const ends = Array.from(brackets, (_, i) => closersOf(brackets.slice(i))).reverse();
  const endings = ends.flatMap((end) => [end, `${end}:`, `${end},`]);
  if (quote !== "") return ["", ...endings].map((end) => quote + end);
  if (brackets !== "") return ["_,", "_=_,", "_: _,", "_(", ...endings, "(_", "+ _"];
  const heads = ["if _:", "try:", "def _():", "except _:", "elif _:"];
  return ["pass", ...heads, "_(", "_ = [", "_ = {", "def _(", "if _(", "(_", "+ _"];
}

/** `text` up to the end of each line but the last, and up to that of each token of the first line; the longest first. */
function shorter(text: string): string[] {
  const [first = ""] = text.split("\n", 1);
  const lines = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  const tokens = Array.from(first.matchAll(/\w+|[^\w\s]/g), ({ 0: token, index }) => index + token.length);
  // A comma without what it was to part from is no use.
  const ends = [...new Set([...tokens, ...lines])].filter((end) => end < text.length && text[end - 1] !== ",");
  return ends.toSorted((a, b) => b - a).map((end) => text.slice(0, end));
}
