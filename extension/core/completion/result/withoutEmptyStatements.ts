/** Cuts before statements that say nothing here: repetitions, unreachable statements, and statements of other functions. */

import { nameDefined, namesBeside } from "../names/definedNames.ts";
import { beginningOfAnother } from "../names/openedBody.ts";
import { eachLine, indentation, isCode, lastStatement } from "../pythonText.ts";
import type { Cursor } from "../stop.ts";

/** A line of code in a text. The line at the cursor includes what the user has written of it. */
interface CodeLine {
  readonly line: string;
  /** What the user has written of it; empty for all lines but the one at the cursor. */
  readonly begun: string;
  /** All lines above it. */
  readonly above: string;
  /** The text after the cursor; empty for all lines but the one at the cursor. */
  readonly behind: string;
  readonly beginsStatement: boolean;
}

/** The statement in front of a text, and the lines with code above. */
interface Above {
  readonly statement: string;
  readonly lines: readonly string[];
}

/** Returns a function that decides for each line in turn whether it is empty. */
type Rule = (above: Above) => (line: CodeLine) => boolean;

/** Cuts before the first line that a rule calls empty. */
export function withoutEmptyStatements(text: string, { prefix, suffix }: Cursor): string {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const [above, before] = [prefix.slice(0, lineStart), prefix.slice(lineStart)];
  const { text: statement, state } = lastStatement(above);
  const lines = above.split("\n").filter(isCode);
  const isEmpty = rules.map((rule) => rule({ statement, lines }));
  const [rest = ""] = suffix.split("\n", 1);
  const whole = before + text + (text.includes("\n") ? "" : rest);
  let cut: number | undefined;
  eachLine(whole, { offset: 0, state, continues: above.endsWith("\\\n") }, ({ offset }, beginsStatement) => {
    const line = whole.slice(offset).split("\n", 1)[0]!.trimEnd();
    if (cut !== undefined || !isCode(line)) return;
    const [begun, behind] = offset === 0 ? [before, suffix] : ["", ""];
    const found: CodeLine = { line, begun, behind, above: above + whole.slice(0, offset), beginsStatement };
    if (isEmpty.some((test) => test(found))) cut = offset;
  });
  return cut === undefined ? text : text.slice(0, Math.max(0, cut - 1 - before.length));
}

/**
 * A one-line statement that repeats the statement above, unless the code above does the same. Of 48,109 one-line statements in
 * installed packages, 31 repeat.
 */
const repeated: Rule = ({ lines }) => {
  const [last, beforeLast] = lines.slice(-2).toReversed();
  const isHabit = last !== undefined && last === beforeLast;
  let previous = last?.trimEnd();
  return ({ line, beginsStatement }) => {
    const isAgain = beginsStatement && previous !== undefined && (line === previous || isInside(line, previous));
    previous = line;
    return isAgain && !isHabit;
  };
};

/** Whether a line repeats the header of the block that it would be in. A "try" may do that. */
function isInside(line: string, above: string): boolean {
  const opened = above.trim();
  return opened.endsWith(":") && opened !== "try:" && line.trim() === opened;
}

/** A statement that nothing reaches, because the one above returns, raises or leaves the loop. */
const unreachable: Rule = ({ statement }) => {
  let above = statement;
  let isOwn = false;
  return ({ line, begun, beginsStatement }) => {
    isOwn ||= begun.trim() !== "";
    if (!beginsStatement) return false;
    const isUnreached = leaves.test(above) && indentation(line) === indentation(above);
    above = line;
    return isUnreached && !isOwn;
  };
};

const leaves = /^[ \t]*(?:return|raise|break|continue)\b/;

/**
 * A statement in a block that is only a name ("self", "self.items"). Of 106,457 statements in nine repositories, 31 are. At the left
 * margin, a notebook's cell may end in one.
 */
const bareName: Rule =
  () =>
  ({ line, begun, beginsStatement }) =>
    beginsStatement && /^\s/.test(line) && isBareName(line) && begun.trim() === "";

function isBareName(line: string): boolean {
  const code = line.trim();
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(code) && !wholeStatements.has(code);
}

const wholeStatements = new Set(["pass", "break", "continue", "return", "raise", "yield"]);

/**
 * The definition of a name that is already defined next to it. The text below the cursor is next to the cursor's line, but perhaps not
 * next to a line of a class in the text.
 */
const redefinition: Rule =
  () =>
  ({ line, begun, above, behind, beginsStatement }) => {
    const defined = beginsStatement ? nameDefined(begun, line.slice(begun.length)) : undefined;
    return defined !== undefined && namesBeside(above, behind, defined.indent).has(defined.name);
  };

/** The first line of a function's body that is also another function's, unless the user has begun it. */
const anothersBeginning: Rule =
  () =>
  ({ line, begun, above }) =>
    begun.trim() === "" && beginningOfAnother(above)(line);

const rules: readonly Rule[] = [repeated, unreachable, bareName, redefinition, anothersBeginning];
