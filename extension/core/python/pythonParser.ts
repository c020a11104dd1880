/**
 * Python source as a syntax tree, by tree-sitter's grammar: any text has one, with its errors in it. It does not know
 * what trees are good for.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Language, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import { internalError } from "../foundation/errors.ts";

/** A node, copied out of WebAssembly: nothing to free. */
export interface SyntaxNode {
  /** The grammar's word: "assignment", "identifier", "(", or "ERROR" for what fits nowhere. */
  readonly type: string;
  /** As tree-sitter writes the node and what is below: named nodes, with their fields, and what is missing. */
  readonly expression: string;
  /** What it is to its parent: "left", "body", … */
  readonly field: string | undefined;
  /** UTF-16 code units from the start of the text. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly SyntaxNode[];
}

export interface SyntaxProblem {
  /** From 1; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 code units from the start of the text; both are the same where something is missing. */
  readonly start: number;
  readonly end: number;
  /** The type of the node that is missing; undefined of text that fits nowhere. */
  readonly missing: string | undefined;
}

export interface PythonParser {
  /** Whether all of `text` is Python: no ERROR and no MISSING node. The empty text is. */
  parses(text: string): boolean;
  /** Where it is not, in the order of the text. */
  problems(text: string): SyntaxProblem[];
  /** The root, of type "module", or "ERROR" where nothing could be made of the text. */
  tree(text: string): SyntaxNode;
}

/** Both files lie in their packages: in node_modules of the sources, or in dist/node_modules of a build. */
const packages = createRequire(import.meta.url);

/** Loads grammar and parser, which takes some ten milliseconds; one parser then serves any number of texts. */
export async function openPythonParser(): Promise<PythonParser> {
  await Parser.init({ wasmBinary: await readFile(packages.resolve("web-tree-sitter/web-tree-sitter.wasm")) });
  const grammar = await readFile(packages.resolve("tree-sitter-python/tree-sitter-python.wasm"));
  const parser = new Parser().setLanguage(await Language.load(grammar));

  const parsed = <T>(text: string, look: (tree: Tree) => T): T => {
    const tree = parser.parse(text);
    if (!tree) throw internalError("tree-sitter gave up on a text without having been told to.");
    try {
      return look(tree);
    } finally {
      tree.delete();
    }
  };
  return {
    parses: (text) => parsed(text, (tree) => !tree.rootNode.hasError),
    problems: (text) => parsed(text, (tree) => (tree.rootNode.hasError ? problemsOf(tree) : [])),
    tree: (text) => parsed(text, copyOf),
  };
}

function problemsOf(tree: Tree): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const expressions = expressionsOf(tree);
  let next = 0;
  let { row, column } = tree.rootNode.startPosition;
  let end = tree.rootNode.startIndex;
  const addHidden = (): void => {
    for (let text = expressions[next]; text && isHidden(text); text = expressions[++next]) {
      problems.push({
        line: row + 1,
        column: column + 1,
        start: end,
        end,
        missing: text.slice("(MISSING ".length, -1),
      });
    }
  };
  walk(tree, (cursor) => {
    const { nodeIsMissing: isMissing, nodeType, startIndex, endIndex, startPosition } = cursor;
    if (isShown(cursor)) {
      addHidden();
      next++;
    }
    if (isMissing || nodeType === "ERROR") {
      const missing = isMissing ? nodeType : undefined;
      const [line, firstColumn] = [startPosition.row + 1, startPosition.column + 1];
      problems.push({ line, column: firstColumn, start: startIndex, end: endIndex, missing });
    }
    if (endIndex > end && cursor.currentNode.childCount === 0) {
      ({ row, column } = cursor.endPosition);
      end = endIndex;
    }
  });
  addHidden();
  return problems;
}

function copyOf(tree: Tree): SyntaxNode {
  const expressions = expressionsOf(tree).filter((text) => !isHidden(text));
  let next = 0;
  const top: SyntaxNode[] = [];
  const open = [top];
  walk(tree, (cursor, depth) => {
    const children: SyntaxNode[] = [];
    const { nodeType: type, startIndex: start, endIndex: end } = cursor;
    const expression = isShown(cursor) ? expressions[next++] : `(${type})`;
    if (expression === undefined) throw internalError("tree-sitter wrote fewer nodes than its tree has.");
    open.length = depth + 1;
    open[depth]!.push({ type, expression, field: cursor.currentFieldName ?? undefined, start, end, children });
    open.push(children);
  });
  return top[0]!;
}

/** S-expressions leave out keywords and punctuation. */
function isShown(cursor: TreeCursor): boolean {
  return cursor.nodeIsNamed || cursor.nodeIsMissing;
}

/** Such as the end of a line, which is written where it is missing, but never a node of the tree. */
function isHidden(expression: string): boolean {
  return expression.startsWith("(MISSING _");
}

/** What tree-sitter writes of each node that it shows, in the order of the tree: all parts of what it writes of the root. */
function expressionsOf(tree: Tree): string[] {
  const whole = tree.rootNode.toString();
  const starts: number[] = [];
  const expressions: string[] = [];
  const open: number[] = [];
  // A parenthesis may itself be missing or unexpected, in quotes then.
  for (const { 0: match, index } of whole.matchAll(/\((?:UNEXPECTED '\\?[^]'|MISSING "[^"]+")?|\)/g)) {
    if (match === ")") {
      const item = open.pop()!;
      expressions[item] = whole.slice(starts[item], index + 1);
    } else {
      open.push(starts.length);
      starts.push(index);
    }
  }
  return expressions;
}

/** Every node, a parent before its children; not by recursion, since nobody bounds how deep a text is nested. */
function walk(tree: Tree, visit: (cursor: TreeCursor, depth: number) => void): void {
  const cursor = tree.walk();
  let depth = 0;
  try {
    while (true) {
      visit(cursor, depth);
      if (cursor.gotoFirstChild()) {
        depth++;
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return;
        depth--;
      }
    }
  } finally {
    cursor.delete();
  }
}
