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
  /(?:\b[rbuf]{1,2})?(?:"""((?:[^\\"]|\\[^]|"(?!""))*)"""|'''((?:[^\\']|\\[^]|'(?!''))*)'''|"((?:[^\\"\n]|\\[^])*)"|'((?:[^\\'\n]|\\[^])*)')|([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)|(\\\r?\n)|(:=|[=!]=|[-+*/|&%]=|[=:,()[\]{}\n.])/giu;

export function lexemesOf(code: string): Lexeme[] {
  const found: Lexeme[] = [];
  for (const match of code.matchAll(pattern)) {
    const [whole, three, threeSingle, double, single, name, continued, sign] = match;
    const { index } = match;
    if (name !== undefined) found.push({ kind: "name", index, value: name });
    else if (sign !== undefined) found.push({ kind: "sign", index, value: sign });
    else if (continued === undefined) {
      const value = three ?? threeSingle ?? double ?? single ?? "";
      const quotes = three !== undefined || threeSingle !== undefined ? 3 : 1;
      found.push({ kind: "text", index, value, start: index + whole.length - quotes - value.length });
    }
  }
  return found;
}
