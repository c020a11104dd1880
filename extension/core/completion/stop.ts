/** Where a completion ends by what it says: after a line, or with the block that it fills. Knows text only, no tokens. */

import { indentation, isBetweenStatements, isBlank, openBlock, scanPython } from "./pythonText.ts";

export interface Cursor {
  readonly prefix: string;
  readonly suffix: string;
}

/** Where a text ends, and whether that is a line or a block. */
export interface End {
  readonly length: number;
  readonly by: "line" | "block";
}

/**
 * The rule for one completion, asked with all that is generated so far: null means go on.
 *
 * A block is filled only where one has been opened and is empty but for a docstring, by the prefix or by the first line that
 * is generated.
 */
export function stopRule({ prefix, suffix }: Cursor, multiline: "auto" | "never"): (text: string) => End | null {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const following = suffix.split("\n");
  const restIsBlank = isBlank(following[0]!);
  const nextLine = following.slice(1).find((line) => !isBlank(line));

  /** The indentation of the header whose empty block the cursor is in, if it is in one. */
  const emptyBlock = (before: string): number | undefined => {
    if (multiline === "never" || !restIsBlank) return undefined;
    const indent = openBlock(before);
    if (indent === undefined || (nextLine !== undefined && indentation(nextLine) > indent)) return undefined;
    return indent;
  };
  const opened = emptyBlock(prefix);
  /** The end of a docstring is written alone; its block comes the next time. */
  const inString = scanPython(prefix).quote !== "";

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
    if (indent === undefined) return { length: newline, by: "line" };
    return endOfBlock(text, indent, false);
  };
}

/**
 * Before the first line that is indented no more than the header, or before a second blank line in a row.
 *
 * @param isBody whether the block's lines begin with the first, not with the second
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
