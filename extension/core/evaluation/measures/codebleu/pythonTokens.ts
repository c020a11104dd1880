/**
 * Python's tokens as the module `tokenize` of Python 3.11 tells them, the last version that does so by regular expressions:
 * CodeBLEU finds comments this way. Only what that needs: kinds that matter, and no operators told apart.
 */

export interface PythonToken {
  readonly kind: "comment" | "string" | "indent" | "newline" | "other";
  readonly text: string;
  /** Lines from 0; columns in UTF-16 code units, right for differences along blanks. */
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
/** A string on one line, or its first line where a backslash continues it. */
const shortString = [`'`, `"`].map(
  (quote) => `${prefix}${quote}[^\\n${quote}\\\\]*(?:\\\\[^\\n][^\\n${quote}\\\\]*)*(?:${quote}|\\\\\\r?\\n)`,
);
const token = new RegExp(
  `[ \\f\\t]*(\\\\\\r?\\n|$|#[^\\r\\n]*|${prefix}(?:'''|""")|${number}|\\r?\\n|${operator}|${shortString.join("|")}|[\\p{L}\\p{N}_]+)`,
  "uy",
);
/** From behind the opening quotes, on the same or on a later line, to behind the closing ones. */
const stringEnds: Readonly<Record<string, RegExp>> = {
  "'": /[^'\\]*(?:\\[^\n][^'\\]*)*'/y,
  '"': /[^"\\]*(?:\\[^\n][^"\\]*)*"/y,
  "'''": /[^'\\]*(?:(?:\\[^\n]|'(?!''))[^'\\]*)*'''/y,
  '"""': /[^"\\]*(?:(?:\\[^\n]|"(?!""))[^"\\]*)*"""/y,
};

/** The tokens of `text`, or undefined where tokenize raises an error: a bracket or string left open, an odd dedent. */
export function pythonTokens(text: string): PythonToken[] | undefined {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const tokens: PythonToken[] = [];
  const indents = [0];
  let depth = 0;
  let continued = false;
  /** A string that goes on beyond its line. */
  let open: { text: string; line: number; column: number; end: RegExp } | undefined;
  /** Its lines must end in a backslash. As in tokenize, this outlives a string that was abandoned, for the next. */
  let byBackslash = false;

  for (const [lineNumber, line] of lines.entries()) {
    let position = 0;
    const add = (kind: PythonToken["kind"], start: number, end: number): void => {
      const at = { startLine: lineNumber, startColumn: start, endLine: lineNumber, endColumn: end };
      tokens.push({ kind, text: line.slice(start, end), ...at });
    };
    if (open) {
      open.end.lastIndex = 0;
      const ends = open.end.test(line);
      const abandoned = !ends && byBackslash && !/\\\r?\n$/.test(line);
      open.text += ends ? line.slice(0, open.end.lastIndex) : line;
      if (!ends && !abandoned) continue;
      if (ends) byBackslash = false;
      position = ends ? open.end.lastIndex : line.length;
      const from = { startLine: open.line, startColumn: open.column, endLine: lineNumber, endColumn: position };
      tokens.push({ kind: ends ? "string" : "other", text: open.text, ...from });
      open = undefined;
    } else if (depth === 0 && !continued) {
      let column = 0;
      for (; position < line.length && /[ \t\f]/.test(line[position]!); position++) {
        if (line[position] === " ") column++;
        else column = line[position] === "\t" ? (Math.floor(column / 8) + 1) * 8 : 0;
      }
      if (position === line.length) break;
      if (/[#\r\n]/.test(line[position]!)) {
        const comment = /^#[^]*?(?=[\r\n]*$)/.exec(line.slice(position))?.[0].length ?? 0;
        if (comment > 0) add("comment", position, position + comment);
        add("other", position + comment, line.length);
        continue;
      }
      if (column > indents.at(-1)!) {
        indents.push(column);
        add("indent", 0, position);
      }
      while (column < indents.at(-1)!) {
        if (!indents.includes(column)) return undefined;
        indents.pop();
        add("other", position, position);
      }
    }
    continued = false;

    while (position < line.length) {
      token.lastIndex = position;
      const found = token.exec(line)?.[1];
      if (found === undefined) {
        const character = String.fromCodePoint(line.codePointAt(position)!);
        add("other", position, position + character.length);
        position += character.length;
        continue;
      }
      const start = token.lastIndex - found.length;
      position = token.lastIndex;
      if (found === "") continue;
      const [, quote] = /^[a-zA-Z]{0,2}('''|"""|'|")/.exec(found) ?? [];
      if (/^\r?\n$/.test(found)) add(depth > 0 ? "other" : "newline", start, position);
      else if (found.startsWith("#")) add("comment", start, position);
      else if (quote === undefined && found.startsWith("\\")) continued = true;
      else if (quote === undefined) {
        if (/^[([{]$/.test(found)) depth++;
        else if (/^[)\]}]$/.test(found)) depth--;
        add("other", start, position);
      } else {
        const end = stringEnds[quote]!;
        const goesOn = quote.length === 3 ? !endsAt(end, line, position) : found.endsWith("\n");
        if (goesOn) {
          open = { text: line.slice(start), line: lineNumber, column: start, end };
          byBackslash ||= quote.length === 1;
          break;
        }
        if (quote.length === 3) position = end.lastIndex;
        add("string", start, position);
      }
    }
  }
  return open || depth !== 0 || continued ? undefined : [...tokens, ...impliedNewline(lines)];
}

/** Sets `end.lastIndex` behind the end of the string. */
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
