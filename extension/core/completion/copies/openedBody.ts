/** Tells a place at the beginning of a function's body, from text alone. */

export interface OpenedBody {
  readonly isConstructor: boolean;
  /** The body's first line up to the place, with its indentation. */
  readonly line: string;
}

/** The most characters of header, docstring and line that are looked at. */
export const looksBack = 800;
const header = String.raw`\bdef[ \t]+(?<name>\w+)[ \t]*\((?:[^()]|\([^()]*\))*\)[^\n:]*:[ \t]*(?:#[^\n]*)?\n`;
const docstring = String.raw`(?:[ \t]*(?:"""[^"]*"""|'''[^']*''')[ \t]*\n)?`;
const pattern = new RegExp(String.raw`${header}${docstring}(?<line>[^\n]*)$`);

/** Returns undefined unless `text` ends in the first line of a function's body, behind its docstring if it has one. */
export function openedBody(text: string): OpenedBody | undefined {
  const { name, line } = pattern.exec(text.slice(-looksBack))?.groups ?? {};
  return name === undefined || line === undefined ? undefined : { isConstructor: name === "__init__", line };
}
