/**
 * Python source as a syntax tree, by tree-sitter's grammar: any text has one, with its errors in it. It does not know
 * what trees are good for.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Language, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import { internalError } from "../../base/errors.ts";

/** A node, copied out of WebAssembly: nothing to free. */
export interface SyntaxNode {
  /** The grammar's word: "assignment", "identifier", "(", or "ERROR" for what fits nowhere. */
  readonly type: string;
  /** False of keywords and punctuation, whose type is their text. */
  readonly named: boolean;
  /** The parser made it up, without any text, to get on. */
  readonly missing: boolean;
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
  walk(tree, (cursor) => {
    const { nodeIsMissing, nodeType, startIndex, endIndex } = cursor;
    if (!nodeIsMissing && nodeType !== "ERROR") return;
    const { row, column } = cursor.startPosition;
    const missing = nodeIsMissing ? nodeType : undefined;
    problems.push({ line: row + 1, column: column + 1, start: startIndex, end: endIndex, missing });
  });
  return problems;
}

function copyOf(tree: Tree): SyntaxNode {
  const top: SyntaxNode[] = [];
  const open = [top];
  walk(tree, (cursor, depth) => {
    const children: SyntaxNode[] = [];
    open.length = depth + 1;
    open[depth]!.push({
      type: cursor.nodeType,
      named: cursor.nodeIsNamed,
      missing: cursor.nodeIsMissing,
      field: cursor.currentFieldName ?? undefined,
      start: cursor.startIndex,
      end: cursor.endIndex,
      children,
    });
    open.push(children);
  });
  return top[0]!;
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
