/**
 * Python's tokens as the module `tokenize` of Python 3.11 lists them, the last version that uses regular expressions:
 * CodeBLEU finds comments this way. Distinguishes only the kinds that this needs, and no operators.
 */

export interface PythonToken {
  readonly kind: "comment" | "string" | "indent" | "newline" | "other";
  readonly text: string;
  /** Lines from 0. Columns in UTF-16 code units, which suffices for counting the blanks between two tokens. */
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

const prefix = "(?:[bB][rR]?|[rR][bBfF]?|[fF][rR]?|[uU])?";
const digits = "[0-9](?:_?[0-9])*";
const exponent = `[eE][-+]?${digits}`;
const number = [
  `${digits}[jJ]`,
  `(?:(?:${digits}\\.(?:${digits})?|\\.${digits})(?:${exponent})?|${digits}${exponent})[jJ]?`,
  "0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?0)*|[1-9](?:_?[0-9])*",
].join("|");
const operator = "(?:\\*\\*|//|>>|<<)=?|!=|->|:=|\\.\\.\\.|[-+*/%&@^|=<>]=?|[~()[\\]{},:.;]";
/** A string on one line, or its first line if a backslash continues it. */
const shortString = [`'`, `"`].map(
  (quote) => `${prefix}${quote}[^\\n${quote}\\\\]*(?:\\\\[^\\n][^\\n${quote}\\\\]*)*(?:${quote}|\\\\\\r?\\n)`,
);
const token = new RegExp(
  `[ \\f\\t]*(\\\\\\r?\\n|$|#[^\\r\\n]*|${prefix}(?:'''|""")|${number}|\\r?\\n|${operator}|${shortString.join("|")}|[\\p{L}\\p{N}_]+)`,
  "uy",
);
/** From after the opening quotes, on the same or a later line, to after the closing quotes. */
const stringEnds: Readonly<Record<string, RegExp>> = {
  "'": /[^'\\]*(?:\\[^\n][^'\\]*)*'/y,
  '"': /[^"\\]*(?:\\[^\n][^"\\]*)*"/y,
  "'''": /[^'\\]*(?:(?:\\[^\n]|'(?!''))[^'\\]*)*'''/y,
  '"""': /[^"\\]*(?:(?:\\[^\n]|"(?!""))[^"\\]*)*"""/y,
};

/** A string that continues after its line. */
interface OpenString {
  text: string;
  readonly line: number;
  readonly column: number;
  readonly end: RegExp;
}

/** The state that tokenize carries from line to line. */
interface TokenizerState {
  readonly tokens: PythonToken[];
  readonly indents: number[];
  depth: number;
  continued: boolean;
  open: OpenString | undefined;
  /** Whether each line of the open string must end in a backslash. As in tokenize, this stays set after a string was abandoned. */
  byBackslash: boolean;
}

interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * Returns the tokens of `text`, or undefined where tokenize raises an error: an unclosed bracket or string, a wrong
 * dedent.
 */
export function pythonTokens(text: string): PythonToken[] | undefined {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const state: TokenizerState = {
    tokens: [],
    indents: [0],
    depth: 0,
    continued: false,
    open: undefined,
    byBackslash: false,
  };
  for (const [number, content] of lines.entries()) {
    const line = { text: content, number };
    let position: number | "next line" | "end" | "error" = 0;
    if (state.open) position = afterOpenString(state, state.open, line);
    else if (state.depth === 0 && !state.continued) position = afterIndentation(state, line);
    if (position === "error") return undefined;
    if (position === "end") break;
    if (position === "next line") continue;
    state.continued = false;
    readTokens(state, line, position);
  }
  const { open, depth, continued, tokens } = state;
  return open || depth !== 0 || continued ? undefined : [...tokens, ...impliedNewline(lines)];
}

function addToken({ tokens }: TokenizerState, line: Line, kind: PythonToken["kind"], start: number, end: number): void {
  const at = { startLine: line.number, startColumn: start, endLine: line.number, endColumn: end };
  tokens.push({ kind, text: line.text.slice(start, end), ...at });
}

/** Continues a string of an earlier line. */
function afterOpenString(state: TokenizerState, open: OpenString, line: Line): number | "next line" {
  const ends = endsAt(open.end, line.text, 0);
  const abandoned = !ends && state.byBackslash && !/\\\r?\n$/.test(line.text);
  open.text += ends ? line.text.slice(0, open.end.lastIndex) : line.text;
  if (!ends && !abandoned) return "next line";
  if (ends) state.byBackslash = false;
  const position = ends ? open.end.lastIndex : line.text.length;
  const from = { startLine: open.line, startColumn: open.column, endLine: line.number, endColumn: position };
  state.tokens.push({ kind: ends ? "string" : "other", text: open.text, ...from });
  state.open = undefined;
  return position;
}

/** Reads the blanks in front of a statement: indents, dedents, and lines without a statement. */
function afterIndentation(state: TokenizerState, line: Line): number | "next line" | "end" | "error" {
  const { text } = line;
  let [position, column] = [0, 0];
  for (; position < text.length && /[ \t\f]/.test(text[position]!); position++) {
    if (text[position] === " ") column++;
    else column = text[position] === "\t" ? (Math.floor(column / 8) + 1) * 8 : 0;
  }
  if (position === text.length) return "end";
  if (/[#\r\n]/.test(text[position]!)) {
    const comment = /^#[^]*?(?=[\r\n]*$)/.exec(text.slice(position))?.[0].length ?? 0;
    if (comment > 0) addToken(state, line, "comment", position, position + comment);
    addToken(state, line, "other", position + comment, text.length);
    return "next line";
  }
  const { indents } = state;
  if (column > indents.at(-1)!) {
    indents.push(column);
    addToken(state, line, "indent", 0, position);
  }
  while (column < indents.at(-1)!) {
    if (!indents.includes(column)) return "error";
    indents.pop();
    addToken(state, line, "other", position, position);
  }
  return position;
}

/** Reads the tokens of a line from `position` on, up to a string that continues after it. */
function readTokens(state: TokenizerState, line: Line, position: number): void {
  const { text } = line;
  while (position < text.length) {
    token.lastIndex = position;
    const found = token.exec(text)?.[1];
    if (found === undefined) {
      const character = String.fromCodePoint(text.codePointAt(position)!);
      addToken(state, line, "other", position, position + character.length);
      position += character.length;
      continue;
    }
    const start = token.lastIndex - found.length;
    position = token.lastIndex;
    if (found === "") continue;
    const [, quote] = /^[a-zA-Z]{0,2}('''|"""|'|")/.exec(found) ?? [];
    if (/^\r?\n$/.test(found)) addToken(state, line, state.depth > 0 ? "other" : "newline", start, position);
    else if (found.startsWith("#")) addToken(state, line, "comment", start, position);
    else if (quote === undefined && found.startsWith("\\")) state.continued = true;
    else if (quote === undefined) {
      if (/^[([{]$/.test(found)) state.depth++;
      else if (/^[)\]}]$/.test(found)) state.depth--;
      addToken(state, line, "other", start, position);
    } else {
      const end = stringEnds[quote]!;
      const goesOn = quote.length === 3 ? !endsAt(end, text, position) : found.endsWith("\n");
      if (goesOn) {
        state.open = { text: text.slice(start), line: line.number, column: start, end };
        state.byBackslash ||= quote.length === 1;
        return;
      }
      if (quote.length === 3) position = end.lastIndex;
      addToken(state, line, "string", start, position);
    }
  }
}

/** Sets `end.lastIndex` to the position after the string's end. */
function endsAt(end: RegExp, line: string, position: number): boolean {
  end.lastIndex = position;
  return end.test(line);
}

function impliedNewline(lines: readonly string[]): PythonToken[] {
  const last = lines.at(-1);
  if (last === undefined || /[\r\n]$/.test(last) || /^\s*#/.test(last)) return [];
  const line = lines.length - 1;
  const at = { startLine: line, startColumn: last.length, endLine: line, endColumn: last.length + 1 };
  return [{ kind: "newline", text: "", ...at }];
}
