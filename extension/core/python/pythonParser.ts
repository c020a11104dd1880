/**
 * Parses Python source into a syntax tree with tree-sitter's grammar. Every text has a tree, which contains its errors.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Language, type Node, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import { internalError } from "../foundation/errors.ts";
import { firstForeignName } from "./foreignNames.ts";
import { withoutLongComments } from "./longComments.ts";
import { countMisuses, type TextRange } from "./misuses.ts";
import { statementsOf, type Statement } from "./statements.ts";

/** A node copied out of WebAssembly, which need not be freed. */
export interface SyntaxNode {
  /** The grammar's name: "assignment", "identifier", "(", or "ERROR" for text that fits nowhere. */
  readonly type: string;
  /** Tree-sitter's S-expression of the node and its descendants: named nodes with their fields, and missing nodes. */
  readonly expression: string;
  /** The field of the parent that holds the node: "left", "body", … */
  readonly field: string | undefined;
  /** UTF-16 code units from the start of the text. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly SyntaxNode[];
}

export interface SyntaxProblem {
  /** Lines and columns count from 1; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 code units from the start of the text; start equals end for a missing node. */
  readonly start: number;
  readonly end: number;
  /** The type of the missing node; undefined for text that fits nowhere. */
  readonly missing: string | undefined;
}

/** All but `wholeTree` leave out comments of more than 20 lines ({@link withoutLongComments}). */
export interface PythonParser {
  /** Whether the whole text parses: no ERROR and no MISSING node. The empty text parses. */
  parses(text: string): boolean;
  /**
   * Counts the faults of `text`: ERROR and MISSING nodes anywhere, and errors in the range that the grammar accepts but
   * Python rejects ({@link countMisuses}). Returns 0 for valid Python.
   */
  faults(text: string, range: TextRange): number;
  /** Returns where the range first reads a name that only other functions have ({@link firstForeignName}). */
  foreignName(text: string, range: TextRange, isKnown: (name: string) => boolean): number | undefined;
  /** Returns the syntax problems in text order. */
  problems(text: string): SyntaxProblem[];
  /** Returns the root, of type "module", or "ERROR" if the text cannot be parsed at all. */
  tree(text: string): SyntaxNode;
  /** Returns the same with every line of long comments, which may take many seconds. */
  wholeTree(text: string): SyntaxNode;
  /** Returns the statements at the left margin, and those of classes: far faster than the whole tree. */
  statements(text: string): Statement[];
}

/** Resolves the two WebAssembly files in their packages: in node_modules of the sources, or in dist/node_modules of a build. */
const packages = createRequire(import.meta.url);

/** Loads grammar and parser, which takes about ten milliseconds. One parser serves any number of texts. */
export async function openPythonParser(): Promise<PythonParser> {
  await Parser.init({ wasmBinary: await readFile(packages.resolve("web-tree-sitter/web-tree-sitter.wasm")) });
  const grammar = await readFile(packages.resolve("tree-sitter-python/tree-sitter-python.wasm"));
  const parser = new Parser().setLanguage(await Language.load(grammar));

  const parsedWhole = <T>(text: string, look: (tree: Tree) => T): T => {
    const tree = parser.parse(text);
    if (!tree) throw internalError("tree-sitter returned no tree");
    try {
      return look(tree);
    } finally {
      tree.delete();
    }
  };
  const parsed = <T>(text: string, look: (tree: Tree) => T): T => parsedWhole(withoutLongComments(text), look);
  return {
    parses: (text) => parsed(text, (tree) => !tree.rootNode.hasError),
    faults: (text, range) =>
      parsed(text, ({ rootNode }) => (rootNode.hasError ? countErrors(rootNode) : 0) + countMisuses(rootNode, range)),
    foreignName: (text, range, isKnown) => parsed(text, ({ rootNode }) => firstForeignName(rootNode, range, isKnown)),
    problems: (text) => parsed(text, (tree) => (tree.rootNode.hasError ? problemsOf(tree) : [])),
    tree: (text) => parsed(text, copyOf),
    wholeTree: (text) => parsedWhole(text, copyOf),
    statements: (text) => parsed(text, statementsOf),
  };
}

/** Counts ERROR and MISSING nodes. Descends only into nodes that contain an error. */
function countErrors(node: Node): number {
  const own = node.isError || node.isMissing ? 1 : 0;
  return node.children.reduce((sum, child) => sum + (child.hasError || child.isMissing ? countErrors(child) : 0), own);
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
    if (expression === undefined) throw internalError("tree-sitter's S-expression has fewer nodes than its tree");
    open.length = depth + 1;
    open[depth]!.push({ type, expression, field: cursor.currentFieldName ?? undefined, start, end, children });
    open.push(children);
  });
  return top[0]!;
}

/** Whether S-expressions include the node; they omit keywords and punctuation. */
function isShown(cursor: TreeCursor): boolean {
  return cursor.nodeIsNamed || cursor.nodeIsMissing;
}

/** Whether an expression is a hidden node, such as a missing line end, which is written but never a node of the tree. */
function isHidden(expression: string): boolean {
  return expression.startsWith("(MISSING _");
}

/** Returns the S-expression of each shown node in tree order, cut out of the root's expression. */
function expressionsOf(tree: Tree): string[] {
  const whole = tree.rootNode.toString();
  const starts: number[] = [];
  const expressions: string[] = [];
  const open: number[] = [];
  // A parenthesis may itself be missing or unexpected; then it is quoted.
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

/** Visits every node, parents before children. Does not recurse, because nothing bounds the nesting depth of a text. */
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
