/**
 * The texts, names and signs of source code, as far as it takes to see which text belongs to which name. Comments are code
 * here: what is commented out can be a secret. It parses nothing, so fragments and code that does not parse will do.
 */

export type Lexeme =
  | { readonly kind: "text"; readonly index: number; readonly value: string; readonly start: number }
  /** A name, with dots in it. */
  | { readonly kind: "name"; readonly index: number; readonly value: string }
  /** An operator, a bracket, or "\n" at the end of a line. */
  | { readonly kind: "sign"; readonly index: number; readonly value: string };

const pattern =
  /((?:\b[rbuf]{1,2})?)("""|'''|["'])|([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)|(\\\r?\n)|(:=|[=!]=|[-+*/|&%]=|[=:,()[\]{}\n.])/giu;

export function lexemesOf(code: string): Lexeme[] {
  const found: Lexeme[] = [];
  const endOf = textEnds(code);
  const lexemes = new RegExp(pattern);
  for (let match = lexemes.exec(code); match; match = lexemes.exec(code)) {
    const [, prefix = "", quotes, name, , sign] = match;
    const { index } = match;
    if (name !== undefined) found.push({ kind: "name", index, value: name });
    else if (sign !== undefined) found.push({ kind: "sign", index, value: sign });
    if (quotes === undefined) continue;
    const at = index + prefix.length;
    // Three quotes that nothing closes are an empty text and a quote.
    const [quote, end] = firstClosed(at, quotes, endOf);
    lexemes.lastIndex = end === undefined ? at + 1 : end + quote.length;
    const start = at + quote.length;
    if (end !== undefined) found.push({ kind: "text", index, value: code.slice(start, end), start });
    else if (prefix !== "") found.push({ kind: "name", index, value: prefix });
  }
  return found;
}

function firstClosed(at: number, quotes: string, endOf: TextEnd): [quote: string, end: number | undefined] {
  const end = endOf(at + quotes.length, quotes);
  return end !== undefined || quotes.length === 1 ? [quotes, end] : [quotes[0]!, at + 1];
}

/** Where the text that begins at `start` ends; undefined if no `quote` closes it. */
type TextEnd = (start: number, quote: string) => number | undefined;

const [backslash, lineEnd] = [0x5c, 0x0a];

/**
 * Texts that nothing closes are searched to the end of the code. Each search marks where it has been, and none goes on where one of
 * the same quote has been: many such texts would take quadratic time.
 */
function textEnds(code: string): TextEnd {
  const marks = new Uint8Array(code.length);
  return (start, quote) => {
    const sign = quote.charCodeAt(0);
    const isSingle = quote.length === 1;
    const mark = (isSingle ? 1 : 2) << (quote[0] === '"' ? 0 : 2);
    for (let at = start; at < code.length && (marks[at]! & mark) === 0; at++) {
      marks[at]! |= mark;
      const unit = code.charCodeAt(at);
      if (unit === sign && (isSingle || code.startsWith(quote, at))) return at;
      if (unit === lineEnd && isSingle) return undefined;
      if (unit === backslash) at++;
    }
    return undefined;
  };
}
