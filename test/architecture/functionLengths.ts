/** How many lines each function of a source has, closures and methods included. */

import { parseSync, visitorKeys, type Node } from "oxc-parser";
import type { Source } from "./sources.ts";

const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** `path:line has … lines` of each function with more than `most` lines. */
export function longFunctions({ path, text }: Pick<Source, "path" | "text">, most: number): string[] {
  // A syntax tree costs a millisecond: skips a file without a long stretch between the ends of its outermost statements.
  if (!text.split(/^[}\])]/m).some((stretch) => stretch.split("\n").length > most)) return [];
  const found: string[] = [];
  const visit = (node: Node): void => {
    const length = text.slice(node.start, node.end).split("\n").length;
    if (length <= most) return; // Nothing in it can be longer.
    if (functions.has(node.type)) {
      found.push(`${path}:${text.slice(0, node.start).split("\n").length} has ${length} lines`);
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key as keyof Node] as unknown as Node | null | undefined | readonly (Node | null)[];
      for (const one of [child ?? []].flat()) if (one) visit(one);
    }
  };
  visit(parseSync(path, text).program);
  return found;
}
