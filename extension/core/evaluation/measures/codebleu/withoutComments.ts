/** Removes comments in the two ways of CodeBLEU's reference implementations, faults included. */

import { split } from "../whitespace.ts";
import { pythonTokens } from "./pythonTokens.ts";

/**
 * Removes comments, docstrings and blank lines, as PyPI's codebleu does. Text that `tokenize` cannot read stays as it is. Any string that
 * begins a line, a block or the text counts as a docstring. A tab before a token that follows an indent becomes one blank.
 */
export function withoutPythonComments(code: string): string {
  const tokens = pythonTokens(code);
  if (!tokens) return code;
  let text = "";
  let previous = "indent";
  let [lastLine, lastColumn] = [-1, 0];
  for (const token of tokens) {
    if (token.startLine > lastLine) lastColumn = 0;
    text += " ".repeat(Math.max(0, token.startColumn - lastColumn));
    const isDocstring =
      token.kind === "string" && (previous === "indent" || previous === "newline" || token.startColumn === 0);
    if (token.kind !== "comment" && !isDocstring) text += token.text;
    previous = token.kind;
    lastLine = token.endLine;
    lastColumn = token.endColumn;
  }
  return withoutBlankLines(text);
}

/**
 * Removes comments as CodeXGLUE's script does, which mistakes Python for Java: outside quoted strings, it replaces `//` to the end of the
 * line, and `/*` to its end, by a blank, and it removes blank lines. Python's own comments stay.
 */
export function withoutJavaComments(code: string): string {
  const commentOrString = /\/\/.*?(?=\n|$)|\/\*.*?\*\/|'(?:\\.|[^\\'])*'|"(?:\\.|[^\\"])*"/gs;
  return withoutBlankLines(code.replace(commentOrString, (found) => (found.startsWith("/") ? " " : found)));
}

function withoutBlankLines(text: string): string {
  return text
    .split("\n")
    .filter((line) => split(line).length > 0)
    .join("\n");
}
