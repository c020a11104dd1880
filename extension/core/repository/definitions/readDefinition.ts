/** Reads a definition of the outline: parses as much of its text as its snippet needs. */

import { isDefinition, type Statement } from "../../python/statements.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import type { Snippet } from "../repositoryQuery.ts";
import { textBetween } from "../segment.ts";
import { definitionText, memberText } from "./definitionText.ts";
import { shortenDocstrings } from "./docstrings.ts";
import type { Found } from "./lookup.ts";
import { latestEnd } from "./outline.ts";

/** Characters of a definition to parse at first, since a snippet seldom shows more, and at most. */
const [usual, longest] = [1500, 6000];
/** Bytes of a definition to read: much of it may be docstrings. */
const reach = 4 * longest;

/** Segments never change, so what was read from them stays valid. */
const texts = new WeakMap<object, Map<number, string | undefined>>();

/** Returns undefined if the outline was wrong, for example because of a text in quotes. */
export function readDefinition(found: Found, parser: PythonParser): Snippet | undefined {
  const { part, file, index } = found;
  let known = texts.get(part.segment);
  if (!known) texts.set(part.segment, (known = new Map()));
  if (!known.has(index)) known.set(index, textOf(found, parser));
  const text = known.get(index);
  return text === undefined ? undefined : { path: part.paths[file]!, text };
}

function textOf(found: Found, parser: PythonParser): string | undefined {
  const { part, index } = found;
  const owner = part.segment.outline.owners[index]!;
  const own = shortenDocstrings(blockOf(found, index)).slice(0, longest);
  const header = owner < 0 ? undefined : headerOf(blockOf(found, owner));
  const read = (block: string, isCut: boolean): string | undefined =>
    header === undefined
      ? outermost(found, block, parser, isCut)
      : member(found, `${header}\n${block}`, header, parser, isCut);
  const start = own.slice(0, own.lastIndexOf("\n", usual) + 1);
  const isWorthIt = own.length > usual && start.length > usual / 2;
  return ((isWorthIt ? read(start, true) : undefined) ?? read(own, false)) || undefined;
}

function outermost({ name }: Found, text: string, parser: PythonParser, isCut: boolean): string | undefined {
  const [statement] = parser.statements(text);
  if (!statement || statement.kind === "other" || (isCut && !isEnough(text, statement))) return undefined;
  const isNamed = isDefinition(statement) ? statement.name === name : text.startsWith(name);
  return isNamed ? definitionText(text, statement) : undefined;
}

/** `text`: the header of the class and this member, without the lines between them. */
function member(
  { name }: Found,
  text: string,
  header: string,
  parser: PythonParser,
  isCut: boolean,
): string | undefined {
  const [statement] = parser.statements(text);
  const found = statement && isDefinition(statement) ? statement.members[0] : undefined;
  if (!found || !isDefinition(found) || found.name !== name) return undefined;
  return isCut && !isEnough(text, found) ? undefined : memberText(text, header, found);
}

/** Whether the snippet of a statement is the same without what a cut took from the end of `text`. */
function isEnough(text: string, statement: Statement): boolean {
  // Indented lines after it belong to it: the cut confused the parser.
  if (/^\n*\S/.test(text.slice(statement.end).replace(/^.*\n/, ""))) return true;
  if (!isDefinition(statement)) return false;
  const { kind, body, members } = statement;
  if (kind === "function") return body < text.length;
  // The cut may have broken the last member, which then may parse as two.
  const shorter = { ...statement, members: members.slice(0, -2) };
  return members.length > 2 && definitionText(text, shorter) === definitionText(text, statement);
}

function blockOf({ part: { segment }, file }: Found, index: number): string {
  const { outline, files } = segment;
  const start = outline.places[index]!;
  return textBetween(segment, start, Math.min(latestEnd(outline, index, files[file]!.end), start + reach));
}

/** Returns the first lines of a class, up to the colon, without decorators. */
function headerOf(block: string): string {
  return /^class\b(?:[^:([]|\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\))*:/m.exec(block)?.[0] ?? "";
}
