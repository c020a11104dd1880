/**
 * Writes what another file needs to know about a definition: a small one whole, otherwise headers and the first lines of
 * docstrings. The embedded base was trained on exactly this layout (`definition` in scripts/pretrain/holes.py).
 */

import { isDefinition, type Definition, type Statement } from "../../python/statements.ts";

const [small, room] = [350, 900];

/** Returns the text for `statement`, which is part of `text`. */
export function definitionText(text: string, statement: Statement): string {
  const whole = text.slice(statement.start, statement.end);
  if (whole.length <= small || !isDefinition(statement)) return whole.slice(0, room);
  const parts = [headOf(text, statement)];
  for (const member of statement.members) {
    if (isDefinition(member)) parts.push(headOf(text, member) + (member.docstring === undefined ? " ..." : ""));
    else if (member.kind === "assignment")
      parts.push(indentAt(text, member.start) + text.slice(member.start, member.end));
  }
  return fitting(parts);
}

/** Returns the text for one member, below the header of its class. */
export function memberText(text: string, header: string, member: Statement): string {
  const whole = indentAt(text, member.start) + text.slice(member.start, member.end);
  if (whole.length <= small || !isDefinition(member)) return fitting([header, whole.slice(0, room)]);
  return fitting([header, headOf(text, member) + (member.docstring === undefined ? " ..." : "")]);
}

function fitting(parts: readonly string[]): string {
  let text = "";
  for (const part of parts) {
    if (text.length + part.length > room) break;
    text += `${part}\n`;
  }
  return text.replace(/\n+$/, "");
}

/** Returns the header of a definition, with the first line of its docstring. */
function headOf(text: string, { header, body, docstring }: Definition): string {
  const head = text
    .slice(lineStart(text, header), body)
    .trimEnd()
    .replace(/\n\s*(?:#.*)?$/, "");
  if (docstring === undefined) return head;
  return `${head}\n${indentAt(text, body)}"""${docstring.trim().split("\n", 1)[0]!}"""`;
}

function lineStart(text: string, place: number): number {
  return text.lastIndexOf("\n", place - 1) + 1;
}

function indentAt(text: string, place: number): string {
  return " ".repeat(place - lineStart(text, place));
}
