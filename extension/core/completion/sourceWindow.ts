/**
 * Cuts a window around the cursor out of a long source so that it parses like the whole: it starts outside strings and
 * brackets, and keeps the heads of the blocks around it. It counts characters; the prompt counts tokens.
 */

import { firstFrom } from "../foundation/numbers/firstFrom.ts";
import {
  closersOf,
  eachLine,
  indentation,
  isBetweenStatements,
  scanPython,
  textStart,
  type PythonState,
} from "./pythonText.ts";
import { lineAt, outlineOf, stateAt, type Outline } from "./sourceOutline.ts";
import type { Cursor } from "./stop.ts";

/** The size in characters, without the block heads that stand for the text before the window. */
export interface WindowSize {
  readonly before: number;
  readonly behind: number;
}

/** The window of an editor's request. It exceeds the context of all supported models, at four characters per token. */
export const documentWindow: WindowSize = { before: 32_000, behind: 8_000 };

/** The longest statement, in characters, that a window repeats as a head. */
const longestHead = 400;

/** Returns a function that cuts windows. It scans only the part of a text that differs from the beginning of the last one. */
export function sourceWindows(size: WindowSize): (cursor: Cursor) => Cursor {
  let known: Outline | undefined;
  return ({ prefix, suffix }) => {
    const outline = outlineOf(prefix, known);
    known = outline;
    const shown = before(outline, size.before);
    return { prefix: shown, suffix: behind(suffix, shown, size.behind) };
  };
}

/**
 * Returns the end of the text from the first statement within `limit` on. If that were less than half of `limit`, it
 * starts within the statement before.
 */
function before(outline: Outline, limit: number): string {
  const { text, statements } = outline;
  const earliest = text.length - limit;
  if (earliest <= 0) return text;
  const latest = text.length - limit / 2;
  const within = statements.slice(firstFrom(statements, earliest), firstFrom(statements, latest));
  const start = within.find((offset) => !isClause(lineAt(text, offset)));
  if (start !== undefined) return headsOf(outline, start) + text.slice(start);
  const cut = cutInside(text, earliest, latest);
  return insideOf(outline, cut) + text.slice(cut);
}

/** Whether a line is a clause that continues a statement above, at the same indentation. */
export function isClause(line: string): boolean {
  return /^\s*(?:elif|else|except|finally)\b/.test(line);
}

/**
 * Returns the heads of the blocks around the statement at `start`, outermost first. An "if" replaces an "else". A
 * "pass" replaces the first statements of the innermost block; without it, a string would become the block's docstring.
 */
function headsOf({ text, statements }: Outline, start: number): string {
  let heads = "";
  const first = lineAt(text, start);
  let indent = indentation(first);
  for (let i = firstFrom(statements, start) - 1; i >= 0 && indent > 0; i--) {
    const line = lineAt(text, statements[i]!);
    if (indentation(line) >= indent) {
      if (heads === "") heads = `${/^\s*/.exec(first)![0]}pass\n`;
      continue;
    }
    indent = indentation(line);
    const head = text.slice(statements[i], statements[i + 1]);
    const isWhole = !isClause(line) && head.length <= longestHead && isBetweenStatements(scanPython(head));
    heads = (isWhole ? head : standIn(line)) + heads;
  }
  return heads;
}

/** Returns a minimal statement that a clause like `line` can follow. */
export function clauseHead(line: string): string {
  const [, indent = "", word = ""] = /^(\s*)(\w+)/.exec(line) ?? [];
  return `${indent}${word.startsWith("el") ? "if _" : "try"}:\n${indent} pass\n`;
}

/** Returns a short head that allows the same statements below and the same clauses after it as the head that `line` begins. */
function standIn(line: string): string {
  const [, indent = "", word = ""] = /^(\s*)((?:async\s+)?\w+)?/.exec(line) ?? [];
  if (word.endsWith("def")) return `${indent}${word} _():\n`;
  switch (word) {
    case "class":
      return `${indent}class _:\n`;
    case "for":
    case "while":
      return `${indent}while _:\n`;
    case "except":
    case "finally":
    case "else":
      return `${clauseHead(line)}${indent}${word}:\n`;
    default:
      return `${indent}if _:\n`;
  }
}

/**
 * Returns the first line start from `earliest` on. If the line is too long, returns a place away from quotes and
 * backslashes.
 */
function cutInside(text: string, earliest: number, latest: number): number {
  const lineEnd = text.indexOf("\n", earliest);
  if (lineEnd >= 0 && lineEnd < latest) return lineEnd + 1;
  let cut = earliest;
  while (cut < text.length && /["'\\]/.test(text.slice(cut - 1, cut + 1))) cut++;
  return cut;
}

/**
 * Returns the stand-in for the text before `cut`: the heads and the beginning of the statement, and the brackets and
 * quotes open at `cut`.
 */
function insideOf(outline: Outline, cut: number): string {
  const { text, statements } = outline;
  const start = statements[firstFrom(statements, cut + 1) - 1] ?? 0;
  const line = lineAt(text, start);
  const heads = headsOf(outline, start) + (isClause(line) ? clauseHead(line) : "");
  const state = stateAt(outline, cut);
  const { brackets, quote, inComment } = state;
  const comment = inComment ? "#" : "";
  if (isBetweenStatements(state) && text[cut - 1] === "\n") return heads + finished(text.slice(start, cut));
  const beginning = /^[^([{"'#\n]*/.exec(text.slice(start, Math.min(cut, start + longestHead)))![0];
  const lineEnd = text[cut - 1] === "\n" && quote.length !== 1 ? "\n" : "";
  return heads + beginning + brackets + quote + comment + lineEnd;
}

/**
 * Returns a statement and the text up to the next one; if that is long, a short statement of its kind, so docstrings
 * stay docstrings.
 */
function finished(statement: string): string {
  if (statement.length <= longestHead) return statement;
  const [, indent, quote] = /^(\s*)\w?(["'])?/.exec(statement)!;
  return quote ? `${indent}""\n` : `${indent}pass\n`;
}

/**
 * Returns the beginning of `suffix` up to the last of the least indented statements within `limit`, with a "finally"
 * for each open "try". If no statement begins within `limit`, it cuts inside one and closes its brackets.
 */
function behind(suffix: string, prefix: string, limit: number): string {
  if (suffix.length <= limit) return suffix;
  const text = suffix.slice(0, limit);
  const tries = openTries();
  let decorated = false;
  eachLine(prefix, textStart, ({ offset }, beginsStatement) => {
    if (!beginsStatement) return;
    const line = lineAt(prefix, offset);
    tries.pass(line);
    decorated = line.trimStart().startsWith("@");
  });
  let [end, least, ends] = [0, Infinity, ""];
  const start = { offset: 0, state: stateBehind(prefix, text), continues: false };
  eachLine(text, start, ({ offset }, beginsStatement) => {
    const line = lineAt(text, offset);
    // The first line starts before the cursor, and the last one is cut.
    if (!beginsStatement || offset === 0 || offset + line.length === limit) return;
    tries.pass(line);
    const isPlace = !decorated && !isClause(line) && indentation(line) <= least;
    if (isPlace) [end, least, ends] = [offset, indentation(line), tries.ends()];
    decorated = line.trimStart().startsWith("@");
  });
  if (end > 0) return suffix.slice(0, end) + ends;
  const cut = text.lastIndexOf("\n") + 1 || limit;
  const { brackets, quote } = scanPython(suffix.slice(0, cut), start.state);
  return suffix.slice(0, cut) + quote + closersOf(brackets);
}

/**
 * Returns the state of the text after the cursor. Brackets open at the cursor or at the start of its line count only if
 * they are closed after it, or if the line below is one of several entries; otherwise the line of the cursor has yet to
 * close them.
 */
function stateBehind(prefix: string, text: string): PythonState {
  const state = scanPython(prefix);
  if (state.quote !== "") return state;
  const isClosed = ({ brackets }: PythonState): boolean => {
    let isReached = false;
    eachLine(text, { offset: 0, state: { ...state, brackets }, continues: false }, (line) => {
      if (line.state.brackets.length < brackets.length) isReached = true;
    });
    return isReached;
  };
  if (isClosed(state)) return state;
  const atLine = scanPython(prefix.slice(0, prefix.lastIndexOf("\n") + 1));
  const [, below = ""] = text.split("\n", 2);
  return isClosed(atLine) || /,\s*$/.test(below) ? { ...state, brackets: atLine.brackets } : { ...state, brackets: "" };
}

/** Tracks the open "try:" blocks while statements pass in order. */
function openTries(): { pass(line: string): void; ends(): string } {
  const indents: string[] = [];
  return {
    pass: (line) => {
      const width = indentation(line);
      while (indents.length > 0 && indentation(indents.at(-1)!) >= width) indents.pop();
      const [, indent] = /^(\s*)try\s*:/.exec(line) ?? [];
      if (indent !== undefined) indents.push(indent);
    },
    ends: () =>
      indents
        .toReversed()
        .map((indent) => `${indent}finally:\n${indent} pass\n`)
        .join(""),
  };
}
