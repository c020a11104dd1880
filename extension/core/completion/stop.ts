/** Decides from its text where a completion ends: after a line, or with the block that it fills. */

import { indentation, isBetweenStatements, isBlank, openBlock, scanPython, type PythonState } from "./pythonText.ts";

export interface Cursor {
  readonly prefix: string;
  readonly suffix: string;
}

/** The end of a text, and whether a line or a block ends there. */
export interface End {
  readonly length: number;
  readonly by: "line" | "block";
}

/**
 * Returns the stop rule for one completion. The rule receives the whole generated text, and returns null to continue.
 *
 * A completion fills a block only if the prefix or the first generated line opens one that is empty except for a docstring. A
 * line that opens brackets continues until they are closed.
 */
export function stopRule({ prefix, suffix }: Cursor, multiline: "auto" | "never"): (text: string) => End | null {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const following = suffix.split("\n");
  const restIsBlank = isBlank(following[0]!);
  const nextLine = following.slice(1).find((line) => !isBlank(line));

  /** Returns the indentation of the header whose empty block the cursor is in, if any. */
  const emptyBlock = (before: string): number | undefined => {
    if (multiline === "never" || !restIsBlank) return undefined;
    const indent = openBlock(before);
    if (indent === undefined || (nextLine !== undefined && indentation(nextLine) > indent)) return undefined;
    return indent;
  };
  const opened = emptyBlock(prefix);
  /** A completion that ends a docstring stops there; the next one fills the block. */
  const atCursor = scanPython(prefix);
  const inString = atCursor.quote !== "";
  const mayContinue = multiline !== "never" && restIsBlank && !inString;

  return (text) => {
    const newline = text.indexOf("\n");
    if (opened !== undefined) {
      const first = prefix.slice(lineStart) + (newline < 0 ? text : text.slice(0, newline));
      const isBody = indentation(first) > opened || isBlank(first) || !isBlank(prefix.slice(lineStart));
      if (isBody) return endOfBlock(text, opened, isBlank(prefix.slice(lineStart)));
    }
    if (newline < 0) return null;
    const line = text.slice(0, newline);
    const indent = inString || isBlank(line) ? undefined : emptyBlock(prefix + line);
    if (indent === undefined) return mayContinue ? endOfBrackets(text, atCursor) : { length: newline, by: "line" };
    return endOfBlock(text, indent, false);
  };
}

/** The most lines of a statement that continues in brackets. */
const mostLines = 8;

/** Returns the end of the line after which no more brackets are open than at the cursor; if that is too far, of the first line. */
function endOfBrackets(text: string, atCursor: PythonState): End | null {
  const first = text.indexOf("\n");
  let state = atCursor;
  let start = 0;
  for (let lines = 1; lines <= mostLines; lines++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return null;
    state = scanPython(text.slice(start, end + 1), state);
    if (state.brackets.length <= atCursor.brackets.length) return { length: end, by: "line" };
    start = end + 1;
  }
  return { length: first, by: "line" };
}

/**
 * Returns the end before the first line that is indented no more than the header, or before a second blank line in a row.
 *
 * @param isBody whether the first line of `text` already belongs to the block
 */
function endOfBlock(text: string, headerIndent: number, isBody: boolean): End | null {
  const lines = text.split("\n");
  let end = lines[0]!.length;
  let hasBody = isBody && !isBlank(lines[0]!);
  let blanks = 0;
  for (let i = 1, start = end + 1; i < lines.length; start += lines[i]!.length + 1, i++) {
    const line = lines[i]!;
    const isWhole = i < lines.length - 1;
    if (isBlank(line)) {
      blanks += isWhole ? 1 : 0;
      if (blanks > 1 && hasBody) return { length: end, by: "block" };
      continue;
    }
    const inStatement = !isBetweenStatements(scanPython(text.slice(0, start)));
    if (!inStatement && indentation(line) <= headerIndent) return { length: end, by: "block" };
    hasBody = true;
    blanks = 0;
    end = start + line.length;
  }
  return null;
}
