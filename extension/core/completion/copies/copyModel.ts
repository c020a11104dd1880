/**
 * Proposes what may follow a text: what followed it elsewhere in the file, in other files and in the prompt's context. A
 * proposal is text; its caller turns it into tokens.
 */

import type { Copy, Snippet } from "../../repository/repositoryQuery.ts";
import { indentationOf, reindented } from "./reindent.ts";
import { equalEnds, findCopies, isWorthCopying, longestMatch, type CopyMatch, type CopySource } from "./copySearch.ts";
import { nameDefined, namesBeside } from "../names/definedNames.ts";
import { beginningOfAnother, looksBack, openedBody, type OpenedBody } from "../names/openedBody.ts";

export interface CopiedText {
  /** The text after the place, with the indentation of the cursor's line. */
  readonly text: string;
  /** The number of characters before the place that equal those before the cursor. */
  readonly length: number;
  readonly source: CopySource["kind"];
  /** Whether the place is in a file of the same folder. */
  readonly isNear: boolean;
  /** The characters from the place to the cursor, for places before it; otherwise 0. */
  readonly distance: number;
}

/** Returns the proposals for the text that follows the cursor and `written`, longest match first. */
export type CopyModel = (written: string) => readonly CopiedText[];

export interface CopyContext {
  readonly path?: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
  readonly copies?: readonly Copy[] | undefined;
  readonly context: readonly Snippet[];
}

/** The most places in the file, of the given copies, and in the texts of other files. */
const [mostInFile, mostCopies, mostElsewhere] = [32, 48, 16];
/** The most characters of a proposal. */
const longestText = 160;

export function copyModel({ path, prefix, suffix, copies = [], context }: CopyContext): CopyModel {
  const folder = folderOf(path);
  const isNear = (other: string): boolean => folderOf(other) === folder;
  const file: readonly CopySource[] = [
    { text: prefix, kind: "before", isNear: true },
    { text: suffix, kind: "after", isNear: true },
  ];
  const given = copies.slice(0, mostCopies);
  const elsewhere = [
    ...given.map(({ path: other, before, after }) => ({ path: other, text: before + after })),
    ...context,
  ].map(({ path: other, text }): CopySource => ({ text, kind: "elsewhere", isNear: isNear(other) }));
  const indent = indentationOf(prefix, prefix.length);
  // The only part of the prefix that is inspected at every token.
  const near = prefix.slice(-looksBack);
  const countedAtCursor = countedLength(near);
  const known = given.flatMap((copy): CopiedText[] => {
    const equal = Math.min(longestMatch, equalEnds(copy.before, copy.before.length, prefix, prefix.length));
    const length = countedAtCursor(equal, copy.before);
    // An answer may be about an earlier text, and no longer match.
    if (length === 0) return [];
    const text = reindented(copy.after, indentationOf(copy.before, copy.before.length), indent);
    return [{ text, length, source: "elsewhere", isNear: isNear(copy.path), distance: 0 }];
  });

  const find = (written: string): readonly CopiedText[] => {
    const before = prefix.slice(-longestMatch) + written;
    const line = written.includes("\n") ? indentationOf(written, written.length) : indent;
    const counted = countedLength(near + written);
    const copied = ({ source, at, length }: CopyMatch): CopiedText[] => {
      const counts = counted(length, source.text.slice(0, at));
      if (counts === 0) return [];
      const text = reindented(source.text.slice(at, at + longestText), indentationOf(source.text, at), line);
      const distance = source.kind === "before" ? prefix.length + written.length - at : 0;
      return [{ text, length: counts, source: source.kind, isNear: source.isNear, distance }];
    };
    const inFile = findCopies(file, before, mostInFile).flatMap(copied);
    const followed = known
      .filter(({ text }) => text.length > written.length && text.startsWith(written))
      .map((copy) => ({ ...copy, text: copy.text.slice(written.length), length: copy.length + written.length }));
    // At the cursor itself, the index has already found more than a search of these texts would.
    const others =
      written === "" && given.length > 0 ? [] : findCopies(elsewhere, before, mostElsewhere).flatMap(copied);
    const all = [...inFile, ...followed, ...others.filter(unlike(followed))].filter(notSaid(prefix, written, suffix));
    return all.sort((a, b) => b.length - a.length);
  };
  // Prior and drafts ask about the same texts.
  const answers = new Map<string, readonly CopiedText[]>();
  return (written) => {
    const answer = answers.get(written) ?? find(written);
    answers.set(written, answer);
    return answer;
  };
}

/**
 * Returns how many of the equal characters at the end of `before` and in front of a place count. `(self):` and an indentation are 16
 * equal characters, but no other method begins as a constructor does. For a place in a constructor, therefore, only the characters of
 * the body's first line count, and none if they are not worth a search.
 */
function countedLength(before: string): (length: number, place: string) => number {
  const opened = openedBody(before);
  if (!opened || isConstructor(opened)) return (length) => length;
  const { line } = opened;
  return (length, place) => {
    const other = openedBody(place);
    if (!other || !isConstructor(other)) return length;
    const counts = Math.min(length, line.length);
    return isWorthCopying(line, counts) ? counts : 0;
  };
}

function isConstructor({ name }: OpenedBody): boolean {
  return name === "__init__";
}

/** Returns a filter that drops redefinitions of names next to the cursor's line, and beginnings of other functions. */
function notSaid(prefix: string, written: string, after: string): (copy: CopiedText) => boolean {
  const before = prefix + written;
  const lineStart = before.lastIndexOf("\n") + 1;
  const [begun, above] = [before.slice(lineStart), before.slice(0, lineStart)];
  // A line that the user has begun may continue as it does elsewhere.
  const isOwn = prefix.slice(lineStart).trim() !== "";
  const isAnothers = isOwn ? () => false : beginningOfAnother(above);
  const beside = new Map<number, ReadonlySet<string>>();
  const isBeside = (name: string, indent: number): boolean => {
    const names = beside.get(indent) ?? namesBeside(above, after, indent);
    beside.set(indent, names);
    return names.has(name);
  };
  return ({ text }) => {
    const defined = nameDefined(begun, text);
    return !isAnothers(begun + text.split("\n", 1)[0]!) && !(defined && isBeside(defined.name, defined.indent));
  };
}

/** Returns a filter that drops texts which begin like one of `known` or like one that it has passed. */
function unlike(known: readonly CopiedText[]): (copy: CopiedText) => boolean {
  const beginning = ({ text }: CopiedText): string => text.slice(0, 32);
  const seen = new Set(known.map(beginning));
  return (copy) => {
    const isNew = !seen.has(beginning(copy));
    seen.add(beginning(copy));
    return isNew;
  };
}

function folderOf(path = ""): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
