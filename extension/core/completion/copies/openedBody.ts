/** Tells a place at the beginning of a function's body, from text alone. */

export interface OpenedBody {
  readonly isConstructor: boolean;
  /** The body's first line up to the place, with its indentation. */
  readonly line: string;
}

/** The most characters of header, docstring and line that are looked at. */
export const looksBack = 800;
// Each part begins with a character of its own and has one end, so that a text that almost matches is not read in many ways.
const plain = String.raw`[^()"'#]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*\n`;
const parameters = String.raw`\((?:${plain}|\((?:${plain})*\))*\)`;
const typeParameters = String.raw`(?:\[(?:[^[\]]|\[[^[\]]*\])*\][ \t]*)?`;
const header = String.raw`\bdef[ \t]+(?<name>\w+)[ \t]*${typeParameters}${parameters}[^\n:]*:[ \t]*(?:#[^\n]*)?\n`;
const comments = String.raw`(?:[ \t]*(?:#[^\n]*)?\n)*`;
const docstring = String.raw`(?:[ \t]*(?:"""[^"]*"""|'''[^']*''')[ \t]*\n${comments})?`;
const pattern = new RegExp(String.raw`${header}${comments}${docstring}(?<line>[^\n]*)$`);

/** Returns undefined unless `text` ends in the first line of a function's body, behind its docstring and comments if it has them. */
export function openedBody(text: string): OpenedBody | undefined {
  const { name, line } = pattern.exec(text.slice(-looksBack).replaceAll("\r\n", "\n"))?.groups ?? {};
  return name === undefined || line === undefined ? undefined : { isConstructor: name === "__init__", line };
}
