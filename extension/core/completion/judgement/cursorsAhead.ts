/** The cursors to expect after a suggestion is accepted, so that the next one can be computed while it is read. */

import { indentation, isBetweenStatements, isBlank, openBlock, scanPython } from "../pythonText.ts";
import type { Cursor } from "../stop.ts";

/** The last statement of a block: the editor ends the block with it. */
const endsBlock = /^\s*(?:return|raise|pass|break|continue)\b/;

/**
 * Returns the cursor right after the suggestion, and the one on the next line if the suggestion ends its line, nearest
 * first.
 *
 * @param indent one level of indentation
 */
export function cursorsAhead({ prefix, suffix }: Cursor, text: string, indent: string): readonly Cursor[] {
  const after = prefix + text;
  const [rest = ""] = suffix.split("\n", 1);
  const here = { prefix: after, suffix };
  if (!isBlank(rest)) return [here];
  const line = after.slice(after.lastIndexOf("\n") + 1);
  if (!isBetweenStatements(scanPython(after))) return [here];
  const [own = ""] = /^[ \t]*/.exec(line) ?? [];
  const opens = openBlock(after) === indentation(own) && /:\s*(?:#.*)?$/.test(line);
  const next = opens ? own + indent : endsBlock.test(line) ? own.slice(0, -indent.length) : own;
  return [here, { prefix: `${after}\n${next}`, suffix }];
}
