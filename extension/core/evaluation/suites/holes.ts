/**
 * Finds the places in a Python file where the editor would ask for a completion, with the author's text there.
 * docs/holes.md defines them for readers. Chooses no holes.
 */

import { indentation } from "../../completion/pythonText.ts";
import type { SyntaxNode } from "../../python/pythonParser.ts";

/** A hole in a text: the cursor is at `start`; the author's text ends at `end`. */
export interface HoleRange {
  readonly start: number;
  readonly end: number;
  readonly place: HolePlace;
}

/**
 * - "word": within a name, a keyword or a number;
 * - "boundary": between two tokens of a line, with blanks before or after the cursor;
 * - "header": at the end of a block's header, or of the comment or docstring that follows it;
 * - "body": on the line below, where the body begins.
 */
export const holePlaces = ["boundary", "word", "body", "header"] as const;
export type HolePlace = (typeof holePlaces)[number];

/** The places of the holes in lines and in blocks. */
export const placesOf = { line: ["boundary", "word"], block: ["body", "header"] } as const satisfies Record<
  string,
  readonly HolePlace[]
>;

/** The fewest visible characters of a completion that the editor offers on its own (completer.ts). */
const fewestVisible = 3;
const [fewestLines, mostLines] = [2, 6];

/**
 * Returns the lines that hold code, each as its possible holes: from a cursor after its first character, outside
 * strings, to its end, with at least three visible characters between. Lines with a comment have none, because a model
 * cannot know its words. Lines that a multi-line string touches have none either.
 */
export function lineHoles(text: string, tree: SyntaxNode): HoleRange[][] {
  const byLine = new Map<number, Token[]>();
  const spoilt = new Set<number>();
  const lines = lineStarts(text);
  for (const token of tokensOf(tree)) {
    const line = lineAt(lines, token.start);
    const last = lineAt(lines, token.end);
    if (token.type === "comment") spoilt.add(line);
    if (line < last) for (let touched = line; touched <= last; touched++) spoilt.add(touched);
    byLine.set(line, [...(byLine.get(line) ?? []), token]);
  }
  return [...byLine].flatMap(([line, tokens]) => {
    const holes = spoilt.has(line) ? [] : holesBetween(text, tokens);
    return holes.length > 0 ? [holes] : [];
  });
}

function holesBetween(text: string, tokens: readonly Token[]): HoleRange[] {
  const [first, last] = [tokens[0]!, tokens.at(-1)!];
  const places = new Map<number, HolePlace>();
  for (const { type, start, end } of tokens) {
    places.set(start, "boundary").set(end, "boundary");
    if (type === "string" || !/^\w+$/.test(text.slice(start, end))) continue;
    for (let inside = start + 1; inside < end; inside++) places.set(inside, "word");
  }
  return [...places]
    .filter(([start]) => start > first.start && visible(text.slice(start, last.end)) >= fewestVisible)
    .map(([start, place]) => ({ start, end: last.end, place }));
}

/**
 * Returns the bodies of blocks, each with the two possible cursors: two to six lines, blank ones included, below the
 * header. If a comment or a docstring comes first, the cursor is after it, and only the lines after it count. Further
 * comments disqualify a body.
 */
export function blockHoles(text: string, tree: SyntaxNode): HoleRange[][] {
  return blocksOf(tree).flatMap(({ parent, block }) => {
    const [first, second] = block.children.filter(({ type }) => type !== "comment");
    const hasDocstring = first !== undefined && isDocstring(parent, first);
    const body = hasDocstring ? second : first;
    const before = hasDocstring ? first : parent.children[parent.children.indexOf(block) - 1];
    if (!body || !before) return [];
    const between = text.slice(before.end, body.start);
    const lines = text.slice(body.start, block.end).split("\n").length;
    const [restOfLine = "", ...below] = text.slice(block.end).split("\n");
    const next = below.find((line) => line.trim() !== "");
    const isWhole =
      lines >= fewestLines &&
      lines <= mostLines &&
      // Otherwise the body is on the header's line, or after more than one comment.
      between.trim() === "" &&
      between.includes("\n") &&
      restOfLine.trim() === "" &&
      (next === undefined || indentation(next) < indentation(lineOf(text, body.start))) &&
      !tokensOf(block).some(({ type, start }) => type === "comment" && start > body.start);
    if (!isWhole) return [];
    return [
      [
        { start: before.end, end: block.end, place: "header" },
        { start: body.start, end: block.end, place: "body" },
      ],
    ];
  });
}

function isDocstring(parent: SyntaxNode, { type, children }: SyntaxNode): boolean {
  const isDocumented = parent.type === "function_definition" || parent.type === "class_definition";
  return isDocumented && type === "expression_statement" && children.length === 1 && children[0]!.type === "string";
}

interface Token {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the leaves of the tree; a string is one leaf, with everything in it. */
function tokensOf(tree: SyntaxNode): Token[] {
  const tokens: Token[] = [];
  const open = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === "string" || node.children.length === 0) {
      if (node.end > node.start) tokens.push(node);
    } else open.push(...node.children.toReversed());
  }
  return tokens;
}

function blocksOf(tree: SyntaxNode): { parent: SyntaxNode; block: SyntaxNode }[] {
  const blocks: { parent: SyntaxNode; block: SyntaxNode }[] = [];
  const open = [tree];
  for (let parent = open.pop(); parent; parent = open.pop()) {
    for (const block of parent.children) if (block.type === "block") blocks.push({ parent, block });
    open.push(...parent.children.toReversed());
  }
  return blocks;
}

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

/** Binary search for the last line that starts at or before `position`. */
function lineAt(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lineOf(text: string, position: number): string {
  return text.slice(text.lastIndexOf("\n", position - 1) + 1).split("\n", 1)[0]!;
}

function visible(text: string): number {
  return text.replace(/\s/g, "").length;
}
