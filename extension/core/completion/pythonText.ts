/** Scans Python for strings, comments, brackets, indentation and block headers, without a parser. */

/** The brackets, string or comment around a position in a text. */
export interface PythonState {
  /** The open brackets, outermost first, such as "([". */
  readonly brackets: string;
  /** The delimiter of the open string; empty outside strings. */
  readonly quote: string;
  readonly inComment: boolean;
}

const topLevel: PythonState = { brackets: "", quote: "", inComment: false };

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/**
 * Matches a line that starts with a word that cannot occur in an expression. A bracket still open above such a line is
 * unfinished; without this rule, one unfinished call would turn the rest of the file into its arguments.
 */
const statementOnly =
  /[ \t]*(?:async[ \t]+def|def|class|return|import|while|try|with|raise|assert|del|pass|break|continue|global|nonlocal)\b/y;

/** Returns the state after `text`, which starts in the state `from`. */
export function scanPython(text: string, from: PythonState = topLevel): PythonState {
  let { brackets, quote, inComment } = from;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (brackets !== "" && quote === "" && !inComment && (i === 0 || text[i - 1] === "\n")) {
      if (startsStatement(text, i)) brackets = "";
    }
    if (inComment) inComment = char !== "\n";
    else if (quote !== "") {
      if (char === "\\") i++;
      else if (text.startsWith(quote, i)) {
        i += quote.length - 1;
        quote = "";
      } else if (char === "\n" && quote.length === 1) quote = ""; // Unfinished: the line ends it.
    } else if (char === "#") inComment = true;
    else if (char === '"' || char === "'") {
      const triple = char.repeat(3);
      quote = text.startsWith(triple, i) ? triple : char;
      i += quote.length - 1;
    } else if ("([{".includes(char)) brackets += char;
    else if (closers[char] !== undefined && brackets.endsWith(closers[char])) brackets = brackets.slice(0, -1);
  }
  return { brackets, quote, inComment };
}

/** Whether a line starts with a word that only a statement starts with. */
export function startsStatement(text: string, lineStart: number): boolean {
  statementOnly.lastIndex = lineStart;
  return statementOnly.test(text);
}

/** Whether a newline here ends a statement. */
export function isBetweenStatements({ brackets, quote }: PythonState): boolean {
  return brackets === "" && quote === "";
}

/** A line start in a text, and its state. */
export interface LineStart {
  readonly offset: number;
  readonly state: PythonState;
  /** Whether the line before ends in a backslash. */
  readonly continues: boolean;
}

export const textStart: LineStart = { offset: 0, state: topLevel, continues: false };

/**
 * Visits the lines of `text` from `from` on, and says for each whether a statement begins there. Blank lines, comments,
 * and lines inside brackets, inside strings or after a backslash begin none.
 */
export function eachLine(
  text: string,
  from: LineStart,
  visit: (line: LineStart, beginsStatement: boolean) => void,
): void {
  let { offset, state, continues } = from;
  while (offset <= text.length) {
    const end = text.indexOf("\n", offset);
    const line = text.slice(offset, end < 0 ? text.length : end);
    const isBetween = isBetweenStatements(state) || (state.quote === "" && startsStatement(line, 0));
    visit({ offset, state, continues }, isBetween && !continues && /^[ \t\f]*[^\s#]/.test(line));
    if (end < 0) return;
    continues = line.endsWith("\\") && !scanPython(line, state).inComment;
    state = scanPython(`${line}\n`, state);
    offset = end + 1;
  }
}

/** Returns the brackets that close `brackets`, such as "])" for "([". */
export function closersOf(brackets: string): string {
  return Array.from(brackets, (bracket) => ({ "(": ")", "[": "]" })[bracket] ?? "}")
    .reverse()
    .join("");
}

/** Returns the width of the indentation of `line`. A tab advances to the next multiple of 8, as in Python. */
export function indentation(line: string): number {
  let width = 0;
  for (const char of line) {
    if (char === " ") width++;
    else if (char === "\t") width = (Math.floor(width / 8) + 1) * 8;
    else break;
  }
  return width;
}

export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** Whether a line is neither blank nor a comment. */
export function isCode(line: string): boolean {
  return /^\s*[^\s#]/.test(line);
}

const header = /^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b[^]*:\s*$/;

/** Returns the text from the start of the last statement in `text` to the end, and the state at the end. */
export function lastStatement(text: string): { text: string; state: PythonState } {
  let start = 0;
  eachLine(text, textStart, ({ offset }, beginsStatement) => {
    if (beginsStatement) start = offset;
  });
  return { text: text.slice(start), state: scanPython(text.slice(start)) };
}

/**
 * Returns the indentation of the block header ("def f(x):", "else:  # why") that `text` ends with, if any. A docstring
 * and blank lines may follow the header.
 */
export function openBlock(text: string): number | undefined {
  const { text: statement, state } = lastStatement(text);
  if (!isBetweenStatements(state)) return undefined;
  const code = codeOf(statement);
  if (header.test(code)) return indentation(statement);
  if (!string.test(code)) return undefined;
  const { text: above } = lastStatement(text.slice(0, text.length - statement.length));
  return header.test(codeOf(above)) && definition.test(above) ? indentation(above) : undefined;
}

const definition = /^\s*(?:async\s+)?(?:def|class)\b/;
const string = /^\s*[rRuU]?(?:"""[^]*"""|'''[^]*'''|"[^"\n]*"|'[^'\n]*')\s*$/;

function codeOf(statement: string): string {
  return statement.split("\n").map(withoutComment).join("\n");
}

/**
 * Returns `line` without its comment. It sees one line only, so it also cuts at a "#" in a multiline string, which does
 * no harm here.
 */
function withoutComment(line: string): string {
  for (let i = line.indexOf("#"); i >= 0; i = line.indexOf("#", i + 1)) {
    if (scanPython(line.slice(0, i)).quote === "") return line.slice(0, i);
  }
  return line;
}
