/** Just enough Python to know where code is: strings, comments, brackets, indentation, block headers. No parser. */

/** What a position in a text is inside of. */
export interface PythonState {
  /** The brackets that are open, outermost first, such as "([". */
  readonly brackets: string;
  /** The delimiter of the string that is open; empty outside of strings. */
  readonly quote: string;
  readonly inComment: boolean;
}

const topLevel: PythonState = { brackets: "", quote: "", inComment: false };

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The state after `text`, which starts in the state `from`. */
export function scanPython(text: string, from: PythonState = topLevel): PythonState {
  let { brackets, quote, inComment } = from;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
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

/** Whether a newline here ends a statement. */
export function isBetweenStatements({ brackets, quote }: PythonState): boolean {
  return brackets === "" && quote === "";
}

/** Width of the blanks that `line` starts with; a tab reaches to the next multiple of 8, as in Python. */
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

const header = /^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b[^]*:\s*$/;

/** The last statement that has begun in `text`, over all its lines, and what follows it up to the end. */
function lastStatement(text: string): { text: string; state: PythonState } {
  const lines = text.split("\n");
  let state = topLevel;
  let start = 0;
  let statement = 0;
  for (const line of lines) {
    if (isBetweenStatements(state) && !isBlank(withoutComment(line))) statement = start;
    state = scanPython(`${line}\n`, state);
    start += line.length + 1;
  }
  return { text: text.slice(statement), state: scanPython(text.slice(statement)) };
}

/**
 * If `text` ends right behind the header of a block ("def f(x):", "else:  # why"), or behind the docstring of a definition, or
 * on blank lines after it, the indentation of that header.
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

/** `line` up to its comment. Taken by itself: a "#" in a string of several lines is cut, too, which does no harm here. */
function withoutComment(line: string): string {
  for (let i = line.indexOf("#"); i >= 0; i = line.indexOf("#", i + 1)) {
    if (scanPython(line.slice(0, i)).quote === "") return line.slice(0, i);
  }
  return line;
}
