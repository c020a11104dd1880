/** The statements of a Python text, as far as a reader of its definitions needs them: without the bodies of functions. */

import type { Node, Tree } from "web-tree-sitter";

export interface Statement {
  readonly kind: "function" | "class" | "assignment" | "other";
  /** UTF-16 code units from the start of the text; decorators belong to what they decorate. */
  readonly start: number;
  readonly end: number;
}

export interface Definition extends Statement {
  readonly kind: "function" | "class";
  readonly name: string;
  /** The start of `def`, `async` or `class`. */
  readonly header: number;
  /** The start of the first statement of the body. */
  readonly body: number;
  /** The text of the docstring between its quotes, as it is written. */
  readonly docstring: string | undefined;
  /** The statements of a class; empty for a function. */
  readonly members: readonly Statement[];
}

export function isDefinition(statement: Statement): statement is Definition {
  return statement.kind === "function" || statement.kind === "class";
}

export function statementsOf(tree: Tree): Statement[] {
  return statementsIn(tree.rootNode);
}

function statementsIn(block: Node): Statement[] {
  return block.namedChildren.filter((node): node is Node => node !== null && node.type !== "comment").map(statementOf);
}

function statementOf(node: Node): Statement {
  const { startIndex: start, endIndex: end } = node;
  const defined = node.type === "decorated_definition" ? node.childForFieldName("definition") : node;
  const body = defined?.childForFieldName("body");
  const kind = defined?.type === "class_definition" ? "class" : "function";
  if (!defined || !body || (kind === "function" && defined.type !== "function_definition")) {
    return { kind: node.firstNamedChild?.type === "assignment" ? "assignment" : "other", start, end };
  }
  const first = body.namedChildren.find((child) => child?.type !== "comment");
  const definition: Definition = {
    kind,
    name: defined.childForFieldName("name")?.text ?? "",
    start,
    end,
    header: defined.startIndex,
    body: first?.startIndex ?? end,
    docstring: first ? docstringOf(first) : undefined,
    members: kind === "class" ? statementsIn(body) : [],
  };
  return definition;
}

function docstringOf(statement: Node): string | undefined {
  const only = statement.type === "expression_statement" ? statement.firstNamedChild : null;
  if (only?.type !== "string" || statement.namedChildCount > 1) return undefined;
  const [opening, ...rest] = only.namedChildren;
  if (opening?.type !== "string_start" || /[fb]/i.test(opening.text)) return undefined;
  return rest.flatMap((part) => (part?.type === "string_content" ? [part.text] : [])).join("");
}
