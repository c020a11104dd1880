/** Finds the places in a Python file where people pause while they type, with the text that they type there. Does not choose among them. */

import type { SyntaxNode } from "../../python/pythonParser.ts";

/**
 * - "line": the rest of a line, from a boundary between two tokens;
 * - "header": the same in a line that ends a block's header;
 * - "inside": everything between two brackets or quotes, which editors close by themselves;
 * - "body": the body of a block, from the end of its header (or docstring) or from the line below;
 * - "statements": one to four statements of a block;
 * - "rest": the last statements of a block.
 */
export const cursorKinds = ["line", "header", "inside", "body", "statements", "rest"] as const;
export type CursorKind = (typeof cursorKinds)[number];

/** A hole in a text: the cursor is at `start`; the author's text ends at `end`. */
export interface CursorHole {
  readonly start: number;
  readonly end: number;
  readonly kind: CursorKind;
}

/** The longest hole, in lines, and the longest text between brackets, in characters. Users do not need more at once. */
const [mostLines, mostInside] = [12, 300];
/** The most statements in a hole of the kind "statements". */
const mostStatements = 4;

export type HolesByKind = Readonly<Record<CursorKind, readonly CursorHole[]>>;

/** Returns all holes of a parsed file by kind, each kind in the order of the text. */
export function cursorHoles(text: string, tree: SyntaxNode): HolesByKind {
  const found: Record<CursorKind, CursorHole[]> = {
    line: [],
    header: [],
    inside: [],
    body: [],
    statements: [],
    rest: [],
  };
  const add = (kind: CursorKind, start: number, end: number): void => {
    if (isShort(text, start, end) && text.slice(start, end).trim() !== "") found[kind].push({ start, end, kind });
  };
  const headerEnds = new Set<number>();
  const tokens: SyntaxNode[] = [];
  const open = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    const inside = insideOf(node);
    if (inside) add("inside", ...inside);
    if (node.type === "block" || node.type === "module") addStatements(node, add);
    for (const [i, block] of node.children.entries()) {
      if (block.type !== "block") continue;
      headerEnds.add(node.children[i - 1]?.end ?? 0);
      addBody(text, node, block, add);
    }
    if (node.type === "string" || node.children.length === 0) tokens.push(node);
    else open.push(...node.children.toReversed());
  }
  addLines(text, tokens, headerEnds, add);
  for (const kind of cursorKinds) found[kind].sort((a, b) => a.start - b.start || a.end - b.end);
  return found;
}

type Add = (kind: CursorKind, start: number, end: number) => void;

const opening = new Set(["(", "[", "{"]);

/** Returns the range between the brackets or quotes of a node, if it is worth a request. */
function insideOf({ type, start, end, children }: SyntaxNode): [number, number] | undefined {
  const [first, last] = [children[0], children.at(-1)];
  if (!first || !last || first === last) return undefined;
  const isEnclosed = opening.has(first.type) || (type === "string" && last.end - last.start === 1);
  if (!isEnclosed || last.start <= first.end || end - start > mostInside) return undefined;
  return [first.end, last.start];
}

function isStatement({ type }: SyntaxNode): boolean {
  return type !== "comment";
}

function addStatements({ children }: SyntaxNode, add: Add): void {
  const statements = children.filter(isStatement);
  for (const [i, { start }] of statements.entries()) {
    for (let count = 1; count <= mostStatements && i + count <= statements.length; count++) {
      add("statements", start, statements[i + count - 1]!.end);
    }
    if (i > 0) add("rest", start, statements.at(-1)!.end);
  }
}

function addBody(text: string, parent: SyntaxNode, block: SyntaxNode, add: Add): void {
  const [first, second] = block.children.filter(isStatement);
  if (!first) return;
  const isDocumented = isDocstring(parent, first) && second !== undefined;
  const body = isDocumented ? second : first;
  add("body", body.start, block.end);
  const before = isDocumented ? first : parent.children[parent.children.indexOf(block) - 1];
  const between = before ? text.slice(before.end, body.start) : "";
  if (before && between.includes("\n") && between.trim() === "") add("body", before.end, block.end);
}

function isDocstring({ type }: SyntaxNode, { type: own, children }: SyntaxNode): boolean {
  const isDefinition = type === "function_definition" || type === "class_definition";
  return isDefinition && own === "expression_statement" && children.length === 1 && children[0]!.type === "string";
}

/** Adds the rests of lines. Leaves out lines with a comment, and lines on which a string begins that continues on the next. */
function addLines(text: string, tokens: readonly SyntaxNode[], headerEnds: ReadonlySet<number>, add: Add): void {
  for (let i = 0; i < tokens.length;) {
    const lineEnd = ends(text, tokens[i]!.start);
    let next = i;
    while (next < tokens.length && tokens[next]!.start < lineEnd) next++;
    const line = tokens.slice(i, next).filter(({ start, end }) => end > start);
    i = Math.max(next, i + 1);
    if (line.length === 0 || line.some(({ type, end }) => type === "comment" || end > lineEnd)) continue;
    const last = line.at(-1)!;
    const places = new Set(line.flatMap(({ start, end }) => [start, end]).filter((place) => place < last.end));
    for (const place of places) add(headerEnds.has(last.end) ? "header" : "line", place, last.end);
  }
}

/** Whether a hole has few lines, and so few characters that counting them costs little. */
function isShort(text: string, start: number, end: number): boolean {
  let newlines = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) {
    if (++newlines > mostLines) return false;
  }
  return true;
}

function ends(text: string, position: number): number {
  const newline = text.indexOf("\n", position);
  return newline < 0 ? text.length : newline;
}
