/** Recognizes a place at the beginning of a function's body, and how other bodies begin, from text alone. */

export interface OpenedBody {
  /** The function's name. */
  readonly name: string;
  /** The body's first line up to the place, with its indentation. */
  readonly line: string;
}

/** The most characters of header, docstring and line that are inspected. */
export const looksBack = 800;
// Each alternative begins with a different character and can end in only one way, so that a near match does not backtrack exponentially.
const plain = String.raw`[^()"'#]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*\n`;
const parameters = String.raw`\((?:${plain}|\((?:${plain})*\))*\)`;
const typeParameters = String.raw`(?:\[(?:[^[\]]|\[[^[\]]*\])*\][ \t]*)?`;
const header = String.raw`\bdef[ \t]+(?<name>\w+)[ \t]*${typeParameters}${parameters}[^\n:]*:[ \t]*(?:#[^\n]*)?\n`;
const comments = String.raw`(?:[ \t]*(?:#[^\n]*)?\n)*`;
const docstring = String.raw`(?:[ \t]*(?:"""[^"]*"""|'''[^']*''')[ \t]*\n${comments})?`;
const pattern = new RegExp(String.raw`${header}${comments}${docstring}(?<line>[^\n]*)$`);

/** Returns undefined unless `text` ends in the first line of a function's body, after its docstring and comments, if any. */
export function openedBody(text: string): OpenedBody | undefined {
  const { name, line } = pattern.exec(text.slice(-looksBack).replaceAll("\r\n", "\n"))?.groups ?? {};
  return name === undefined || line === undefined ? undefined : { name, line };
}

/** Matches first lines that use the object's own state and open no block. Others say little, and many functions begin with them. */
const telling = /\bself\..*[^:]$/;

/**
 * Returns a test for the first line of a function: whether exactly one other function above begins with it. That is a copy and not a
 * habit: in four repositories that no model was trained on, no suggestion that began this way was right. Test functions are exempt,
 * because they do begin alike. Only lines about the object's own state count: many functions begin with `result = []`.
 *
 * @param above all lines above the line
 */
export function beginningOfAnother(above: string): (line: string) => boolean {
  const own = openedBody(above)?.name;
  if (own === undefined || own.startsWith("test")) return () => false;
  return (line) => {
    if (!telling.test(line)) return false;
    const whole = `\n${line}\n`;
    const others = new Set<string>();
    for (let at = above.lastIndexOf(whole); at > 0; at = above.lastIndexOf(whole, at - 1)) {
      const other = openedBody(above.slice(0, at + 1))?.name;
      if (other !== undefined && other !== own) others.add(other);
    }
    return others.size === 1;
  };
}
