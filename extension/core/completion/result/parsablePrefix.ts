/**
 * Cuts a completion to the longest prefix that parses in its surroundings. A model that stops at the end of a line may
 * leave a call open there, which a reader notices at once. This module only cuts the end; it adds and repairs nothing.
 */

import type { PythonParser } from "../../python/pythonParser.ts";
import { closersOf, scanPython, startsStatement, type PythonState } from "../pythonText.ts";
import { clauseHead, isClause, sourceWindows } from "../sourceWindow.ts";
import type { Cursor } from "../stop.ts";

/**
 * The windows around the cursor, in characters. If the larger one has errors of its own, usually far from the cursor,
 * the smaller one may have none. Parsing the larger takes about half a millisecond.
 */
const sizes = [
  { before: 3000, behind: 1500 },
  { before: 500, behind: 250 },
];

/** The most shorter texts to try. Each one costs a parse. */
const attempts = 24;

/**
 * The most brackets that plausible lines close one after the other; one more line closes all. Each bracket costs three
 * parses, and prose above the cursor (":(") may leave hundreds open.
 */
const mostClosed = 8;

/**
 * Returns the longest prefix of `text` that leaves the text around the cursor without errors; empty if there is none.
 * It ends at the end of a line or, within the first line, of a token.
 *
 * If the surrounding text has errors regardless of the line of the cursor, that line is judged alone: the user is still
 * typing, and errors elsewhere say nothing about the completion.
 */
export function parsablePrefix(parser: PythonParser, text: string, cursor: Cursor): string {
  if (text === "") return text;
  for (const size of sizes) {
    const around = sourceWindows(size)(cursor);
    const parses = parsesIn(parser, around);
    if (parses(text)) return text;
    if (canParseAround(parser, around)) return longestPrefix(text, parses);
  }
  const alone = isolatedLines(cursor, text).map((line) => parsesIn(parser, line));
  return alone.length > 0 ? longestPrefix(text, (part) => alone.some((parses) => parses(part))) : text;
}

function longestPrefix(text: string, parses: (part: string) => boolean): string {
  if (parses(text)) return text;
  return shorterPrefixes(text).slice(0, attempts).find(parses) ?? "";
}

/**
 * Returns a predicate: whether the window, with a text inserted at the cursor, has no errors in that text and the line
 * below.
 */
function parsesIn(parser: PythonParser, { prefix, suffix }: Cursor): (inserted: string) => boolean {
  const below = /^[^\n]*\n\s*/.exec(suffix)?.[0].length ?? suffix.length;
  return (inserted) => {
    const end = prefix.length + inserted.length;
    return parser.faults(prefix + inserted + suffix, { start: prefix.length, end, next: end + below }) === 0;
  };
}

/** Whether the window has no errors if a plausible line replaces the line of the cursor. */
function canParseAround(parser: PythonParser, { prefix, suffix }: Cursor): boolean {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const [indent = ""] = /^[ \t]*/.exec(prefix.slice(lineStart)) ?? [];
  const above = prefix.slice(0, lineStart);
  const parses = parsesIn(parser, { prefix: above + indent, suffix: suffix.slice(`${suffix}\n`.indexOf("\n")) });
  return plausibleLines(stateAtLine(above, prefix.slice(lineStart))).some(parses);
}

/**
 * Returns the line of the cursor as small programs, with the brackets around it or the statements it needs before and after it;
 * none if the line is inside a string.
 */
function isolatedLines({ prefix, suffix }: Cursor, text: string): Cursor[] {
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

/** Returns the state at the start of a line below the text `above`. */
function stateAtLine(above: string, line: string): PythonState {
  const state = scanPython(above);
  return state.quote === "" && startsStatement(line, 0) ? { ...state, brackets: "" } : state;
}

/**
 * Returns candidate lines for a text in this state: statements, heads, clauses; list entries, and their ends. If any
 * line parses there, one of these does.
 */
function plausibleLines({ brackets, quote }: PythonState): string[] {
  const closers = closersOf(brackets);
  const ends = Array.from(closers.slice(0, mostClosed), (_, i) => closers.slice(0, i + 1));
  if (closers.length > mostClosed) ends.push(closers);
  const endings = ends.flatMap((end) => [end, `${end}:`, `${end},`]);
  if (quote !== "") return ["", ...endings].map((end) => quote + end);
  if (brackets !== "") return ["_,", "_=_,", "_: _,", "_(", ...endings, "(_", "+ _"];
  const heads = ["if _:", "try:", "def _():", "except _:", "elif _:"];
  return ["pass", ...heads, "_(", "_ = [", "_ = {", "def _(", "if _(", "(_", "+ _"];
}

/** Returns `text` cut at the end of each line but the last, and of each token of the first line; longest first. */
function shorterPrefixes(text: string): string[] {
  const [first = ""] = text.split("\n", 1);
  const lines = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  const tokens = Array.from(first.matchAll(/\w+|[^\w\s]/g), ({ 0: token, index }) => index + token.length);
  // A trailing comma without an item after it is useless.
  const ends = [...new Set([...tokens, ...lines])].filter((end) => end < text.length && text[end - 1] !== ",");
  return ends.toSorted((a, b) => b - a).map((end) => text.slice(0, end));
}
