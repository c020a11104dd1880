/** CodeBLEU's third part: the subtrees of the reference that the prediction has, by node types alone. */

import type { SyntaxNode } from "../../../python/pythonParser.ts";

/**
 * Returns how many subtrees of the reference occur in the prediction, and how many there are. A subtree is the root or
 * any node with children. A repeated one may match the same subtree of the prediction each time, as in both reference
 * implementations.
 */
export function syntaxCounts(prediction: SyntaxNode, reference: SyntaxNode): [matched: number, all: number] {
  const known = new Set(subtrees(prediction));
  const wanted = subtrees(reference);
  return [wanted.filter((subtree) => known.has(subtree)).length, wanted.length];
}

function subtrees(root: SyntaxNode): string[] {
  const expressions: string[] = [];
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    expressions.push(node.expression);
    for (const child of node.children) if (child.children.length > 0) open.push(child);
  }
  return expressions;
}
