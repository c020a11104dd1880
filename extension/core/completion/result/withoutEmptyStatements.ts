/** Cuts before statements that say nothing here: what was just said, a name alone, and what belongs to other functions. */

import { nameDefined, namesBeside } from "../names/definedNames.ts";
import { beginningOfAnother } from "../names/openedBody.ts";
import { eachLine, indentation, isCode, lastStatement, scanPython } from "../pythonText.ts";
import type { Cursor } from "../stop.ts";

/**
 * Cuts before lines that repeat the lines directly above them: one line three times, or several lines twice, the second time perhaps
 * deeper inside.
 */
export function withoutRepeatedLines(text: string, cursor: Cursor): string {
  const before = lineAtCursor(cursor);
  const lines = (before + text).split("\n");
  for (let i = 1; i < lines.length; i++) {
    for (let period = 1; period <= Math.min(i, 8); period++) {
      const times = period === 1 ? 3 : 2;
      if (i + (times - 1) * period > lines.length) continue;
      const first = lines.slice(i - period, i);
      const isRepeated = Array.from({ length: (times - 1) * period }, (_, k) => {
        const [line, earlier] = [lines[i + k]!, first[k % period]!];
        return period === 1 ? line === earlier : line.trim() === earlier.trim();
      });
      const visible = first.filter((line) => line.trim() !== "");
      if (visible.length > 0 && isRepeated.every(Boolean)) return lines.slice(0, i).join("\n").slice(before.length);
    }
  }
  return text;
}

/**
 * Cuts before a one-line statement that repeats the statement above, unless the code above does the same. Of 48,109 one-line
 * statements in installed packages, 31 repeat.
 */
export function withoutRepeatedStatement(text: string, cursor: Cursor): string {
  const [last, beforeLast] = textAbove(cursor).split("\n").filter(isCode).slice(-2).toReversed();
  if (last !== undefined && last === beforeLast) return text;
  let previous = last?.trimEnd();
  const repeated = codeLines(text, cursor).find(({ line, beginsStatement }) => {
    const isRepeated = beginsStatement && previous !== undefined && (line === previous || isInside(line, previous));
    previous = line;
    return isRepeated;
  });
  return repeated ? text.slice(0, Math.max(0, repeated.at - 1)) : text;
}

/** Whether a line opens the block that it would stand in once more. A "try" may. */
function isInside(line: string, above: string): boolean {
  const opened = above.trim();
  return opened.endsWith(":") && opened !== "try:" && line.trim() === opened;
}

/** Cuts before a statement that nothing reaches, because the one above returns, raises or leaves the loop. */
export function withoutUnreachable(text: string, cursor: Cursor): string {
  if (lineAtCursor(cursor).trim() !== "") return text;
  let above = lastStatement(textAbove(cursor)).text;
  const unreached = codeLines(text, cursor).find(({ line, beginsStatement }) => {
    if (!beginsStatement) return false;
    const isUnreached = leaves.test(above) && indentation(line) === indentation(above);
    above = line;
    return isUnreached;
  });
  return unreached ? text.slice(0, Math.max(0, unreached.at - 1)) : text;
}

const leaves = /^[ \t]*(?:return|raise|break|continue)\b/;

/**
 * Cuts before a statement in a block that is only a name ("self", "self.items"). Of 106,457 statements in nine repositories, 31 are. At
 * the left margin, a notebook's cell may end in one.
 */
export function withoutBareName(text: string, cursor: Cursor): string {
  const isBegun = lineAtCursor(cursor).trim() !== "";
  const bare = codeLines(text, cursor).find(
    ({ line, at, beginsStatement }) => beginsStatement && /^\s/.test(line) && isBareName(line) && (at > 0 || !isBegun),
  );
  return bare ? text.slice(0, Math.max(0, bare.at - 1)) : text;
}

/** Cuts before the definition of a name that is defined beside it. */
export function withoutRedefinition(text: string, cursor: Cursor): string {
  const begun = lineAtCursor(cursor);
  const again = codeLines(text, cursor).find(({ line, at, beginsStatement }) => {
    if (!beginsStatement) return false;
    const isBegun = at <= 0;
    const defined = isBegun ? nameDefined(begun, line.slice(begun.length)) : nameDefined("", line);
    const above = textAbove(cursor) + (isBegun ? "" : begun + text.slice(0, at));
    // What stands below belongs beside the line at the cursor, and perhaps not beside one of a class in the text.
    const below = isBegun ? cursor.suffix : "";
    return defined !== undefined && namesBeside(above, below, defined.indent).has(defined.name);
  });
  return again ? text.slice(0, Math.max(0, again.at - 1)) : text;
}

/** Cuts before the first line of a function's body that is also another function's, unless the user has begun it. */
export function withoutAnothersBeginning(text: string, cursor: Cursor): string {
  const begun = lineAtCursor(cursor);
  const copied = codeLines(text, cursor).find(({ line, at }) => {
    if (at <= 0 && begun.trim() !== "") return false;
    const above = textAbove(cursor) + (at > 0 ? begun + text.slice(0, at) : "");
    return beginningOfAnother(above)(line);
  });
  return copied ? text.slice(0, Math.max(0, copied.at - 1)) : text;
}

function isBareName(line: string): boolean {
  const code = line.trim();
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(code) && !wholeStatements.has(code);
}

const wholeStatements = new Set(["pass", "break", "continue", "return", "raise", "yield"]);

interface CodeLine {
  readonly line: string;
  /** Where it begins in the text; 0 or less for the line at the cursor. */
  readonly at: number;
  readonly beginsStatement: boolean;
}

/** The lines with code that the text makes, the one at the cursor as a whole. */
function codeLines(text: string, cursor: Cursor): CodeLine[] {
  const above = textAbove(cursor);
  const start = { offset: 0, state: scanPython(above), continues: above.endsWith("\\\n") };
  const before = lineAtCursor(cursor);
  const [rest = ""] = cursor.suffix.split("\n", 1);
  const whole = before + text + (text.includes("\n") ? "" : rest);
  const lines: CodeLine[] = [];
  eachLine(whole, start, ({ offset }, beginsStatement) => {
    const line = whole.slice(offset).split("\n", 1)[0]!.trimEnd();
    if (isCode(line)) lines.push({ line, at: offset - before.length, beginsStatement });
  });
  return lines;
}

function textAbove({ prefix }: Cursor): string {
  return prefix.slice(0, prefix.lastIndexOf("\n") + 1);
}

function lineAtCursor({ prefix }: Cursor): string {
  return prefix.slice(prefix.lastIndexOf("\n") + 1);
}
