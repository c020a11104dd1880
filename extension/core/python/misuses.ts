/**
 * Counts errors that tree-sitter's grammar accepts but Python rejects: keywords as names, misplaced statements,
 * arguments out of order, wrong indentation. Also counts a bare "return" in a function that returns values, or is annotated
 * to, which PEP 8 rejects. Looks only at the requested range of a tree.
 */

import type { Node } from "web-tree-sitter";

export interface TextRange {
  readonly start: number;
  readonly end: number;
  /** The start of the statement on the next line, whose indentation depends on the range. The default is `end`. */
  readonly next?: number;
}

/** The context of a node. */
interface Place {
  readonly inFunction: boolean;
  readonly inLoop: boolean;
  /** Whether the context is known. A text that begins with an indented line may be the body of anything. */
  readonly isKnown: boolean;
}

/** Python's keywords. The grammar reads them as names wherever no rule expects the keyword. */
const keywords = new Set(
  (
    "and as assert async await break class continue def del elif else except finally for from global if import in is lambda " +
    "nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** Counts the misuses in nodes that touch `range`. */
export function countMisuses(root: Node, range: TextRange): number {
  const { start, end, next = end } = range;
  let count = 0;
  const visit = (node: Node, place: Place): void => {
    count += misusesAt(node, place, range);
    const inside = placeIn(node, place);
    for (const child of node.children) {
      const isTouched = child.startIndex <= next && child.endIndex >= start;
      if (!isTouched) continue;
      const isBody = child.type !== "else_clause";
      visit(
        child,
        node.type === "module" ? { ...inside, isKnown: child.startPosition.column === 0 } : isBody ? inside : place,
      );
    }
  };
  visit(root, { inFunction: false, inLoop: false, isKnown: true });
  return count + countBrokenLines(root, range);
}

/** Nodes that may continue over the end of a line without brackets. */
const overLines =
  /^(module|block|decorated_definition|.*_clause|(if|for|while|with|try|match)_statement|(function|class)_definition|string.*|ERROR)$/;

/** Counts line ends inside a statement, without brackets or a backslash: "a =" above "b". */
function countBrokenLines(root: Node, { start, end, next = end }: TextRange): number {
  const { text } = root;
  const offset = root.startIndex;
  let count = 0;
  for (let at = text.indexOf("\n", start - offset); at >= 0 && at < next - offset; at = text.indexOf("\n", at + 1)) {
    const before = text.slice(0, at).trimEnd().length - 1;
    const behind = at + /^\s*/.exec(text.slice(at))![0].length;
    if (before < 0 || behind >= text.length || text[before] === "\\") continue;
    let node = root.descendantForIndex(before + offset, behind + offset);
    if (node && overLines.test(node.type)) continue;
    while (node && !isBracketed(node, before + offset) && !overLines.test(node.type)) node = node.parent;
    if (node && overLines.test(node.type) && !node.type.startsWith("string")) count++;
  }
  return count;
}

/** Whether a bracket of the node itself is open after `position`. */
function isBracketed(node: Node, position: number): boolean {
  const opening = node.children.find(({ type }) => type === "(" || type === "[" || type === "{");
  return opening !== null && opening !== undefined && opening.startIndex <= position;
}

function placeIn({ type }: Node, place: Place): Place {
  switch (type) {
    case "function_definition":
    case "lambda":
      return { ...place, inFunction: true, inLoop: false };
    case "class_definition":
      return { ...place, inFunction: false, inLoop: false };
    case "for_statement":
    case "while_statement":
      return { ...place, inLoop: true };
    default:
      return place;
  }
}

function misusesAt(node: Node, { inFunction, inLoop, isKnown }: Place, range: TextRange): number {
  switch (node.type) {
    case "identifier":
      return Number(keywords.has(node.text));
    case "return_statement":
      return Number((isKnown && !inFunction) || isBareAmongValues(node, range));
    case "yield":
      return Number(isKnown && !inFunction);
    case "break_statement":
    case "continue_statement":
      return Number(isKnown && !inLoop);
    case "print_statement":
    case "exec_statement":
      return 1;
    case "argument_list":
      return misplacedArguments(node, range);
    case "parameters":
    case "lambda_parameters":
      return misplacedParameters(node);
    case "module":
    case "block":
      return misplacedLines(node, range);
    default:
      return Number(isHeadAlone(node, range));
  }
}

/**
 * Whether a bare return is in a function that returns values, or is annotated to. In the standard library, 587 of 627 bare
 * returns are not in one that returns values.
 */
function isBareAmongValues(statement: Node, { start, end }: TextRange): boolean {
  if (statement.namedChildCount > 0 || statement.endIndex <= start || statement.startIndex >= end) return false;
  const own = functionOf(statement);
  if (!own) return false;
  const has = (type: string, isWanted: (node: Node) => boolean): boolean =>
    own.descendantsOfType(type).some((node) => node && isWanted(node) && functionOf(node)?.id === own.id);
  if (has("return_statement", ({ namedChildCount }) => namedChildCount > 0)) return true;
  const annotated = own.childForFieldName("return_type")?.text;
  return annotated !== undefined && !mayBeBare.test(annotated) && !has("yield", () => true);
}

/** Return types of functions that return nothing or anything, and of generators, whose bodies may not yield yet. */
const mayBeBare = /^["']?(?:\w+\.)*(?:None|Any|object|NoReturn|Never|\w*(?:Generator|Iterator|Iterable))\b(?!\s*\|)/;

function functionOf(node: Node): Node | undefined {
  let around = node.parent;
  while (around && around.type !== "function_definition") around = around.parent;
  return around ?? undefined;
}

function nameOf(node: Node): string | undefined {
  return (node.childForFieldName("name") ?? (node.type === "identifier" ? node : node.namedChildren[0]))?.text;
}

/** Counts misplaced arguments: "f(a=1, b)", "f(**a, b)", "f(a=1, a=2)". */
function misplacedArguments(list: Node, range: TextRange): number {
  const named = new Set<string>();
  let count = 0;
  let [afterName, afterMapping] = [false, false];
  for (const argument of list.namedChildren) {
    if (argument.type === "comment") continue;
    if (argument.type === "keyword_argument") {
      const name = nameOf(argument)!;
      if (named.has(name)) count++;
      named.add(name);
      afterName = true;
    } else if (argument.type === "dictionary_splat") afterMapping = true;
    else if (argument.type === "list_splat" ? afterMapping : afterName || afterMapping) count++;
  }
  return list.endIndex > range.start && list.startIndex < range.end ? count : 0;
}

/** Counts misplaced parameters: "def f(a, a)", "def f(a=1, b)". */
function misplacedParameters(list: Node): number {
  const named = new Set<string>();
  let count = 0;
  let [afterDefault, afterStar] = [false, false];
  for (const parameter of list.namedChildren) {
    const { type, text } = parameter;
    if (type === "comment" || type === "positional_separator") continue;
    if (text.startsWith("*")) afterStar = true;
    else if (type.endsWith("default_parameter")) afterDefault = true;
    else if (afterDefault && !afterStar) count++;
    const name = text === "*" ? undefined : nameOf(parameter);
    if (name === undefined) continue;
    if (named.has(name)) count++;
    named.add(name);
  }
  return count;
}

/** Counts statements that start at another column than their block. */
function misplacedLines(block: Node, { start, end, next = end }: TextRange): number {
  const statements = block.namedChildren.filter(
    ({ type, startPosition }, i, all) =>
      type !== "comment" && type !== "ERROR" && (i === 0 || all[i - 1]!.endPosition.row < startPosition.row),
  );
  const column = statements[0]?.startPosition.column;
  return statements.filter(
    ({ startPosition, startIndex, endIndex }) =>
      startPosition.column !== column && startIndex <= next && endIndex >= start,
  ).length;
}

/** Whether a head has no body. Heads on the line where the range starts do not count, because their body may still follow. */
function isHeadAlone(head: Node, { start, end }: TextRange): boolean {
  if (head.startIndex < start || head.startIndex >= end) return false;
  const isAlone = head.children.some(({ type, namedChildCount }) => type === "block" && namedChildCount === 0);
  return isAlone && head.startPosition.row > head.tree.rootNode.descendantForIndex(start)!.startPosition.row;
}
