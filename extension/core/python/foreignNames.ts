/**
 * Finds names in a part of a tree that only other functions have, such as `balance` in a method, if it is a parameter of the constructor.
 * In doubt, a name counts as known: one that is defined nowhere may be an import that is still to come.
 */

import type { Node } from "web-tree-sitter";
import type { TextRange } from "./misuses.ts";

/** The names that every module has. A function may have parameters with such names. */
const builtin = new Set(
  (
    "abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate " +
    "eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len " +
    "list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice " +
    "sorted staticmethod str sum super tuple type vars zip self cls NotImplemented Ellipsis"
  ).split(" "),
);
const alwaysKnown = /^__\w+__$|(?:Error|Exception|ExceptionGroup|Warning|Exit|Interrupt|Iteration)$/;

/**
 * Returns where the range first reads a name that is defined only in functions that do not contain the range; undefined if nowhere, or
 * if errors in the text make it impossible to tell its functions apart.
 *
 * @param isKnown returns whether a text outside of the tree has a name
 */
export function firstForeignName(
  root: Node,
  { start, end }: TextRange,
  isKnown: (name: string) => boolean,
): number | undefined {
  const isInside = (node: Node): boolean => node.startIndex < end && node.endIndex > start;
  if (!isClear(root, isInside) || root.descendantsOfType("wildcard_import").length > 0) return undefined;
  const all = identifiersIn(root);
  const read = all.filter((name) => isInside(name) && !isGiven(name) && !isMember(name) && !builtin.has(name.text));
  if (read.length === 0) return undefined;
  const others = otherFunctions(root, { start, end });
  const hidden = (name: Node): boolean =>
    others.some(({ startIndex, endIndex }) => startIndex <= name.startIndex && name.endIndex <= endIndex);
  const [given, known] = [new Set<string>(), new Set<string>()];
  for (const name of all) {
    if (hidden(name) && !isSeenOutside(name)) {
      if (isGiven(name)) given.add(name.text);
    } else if (!isInside(name) || isGiven(name)) known.add(name.text);
  }
  const isForeign = ({ text }: Node): boolean =>
    given.has(text) && !known.has(text) && !alwaysKnown.test(text) && !isKnown(text);
  return read.find(isForeign)?.startIndex;
}

/** Whether all errors are in statements of their own that define nothing, such as an import that is being typed. */
function isClear(root: Node, isInside: (node: Node) => boolean): boolean {
  if (!root.hasError) return true;
  const broken = root.children.filter((statement) => statement?.hasError);
  return broken.every((statement) => statement && !isInside(statement) && !/\b(?:def|class)\b/.test(statement.text));
}

function identifiersIn(node: Node): Node[] {
  return node.descendantsOfType("identifier").filter((found) => found !== null);
}

/** Returns the functions outside of those that contain the range, except for functions that begin in the range. */
function otherFunctions(root: Node, { start, end }: TextRange): readonly Node[] {
  const functions = root.descendantsOfType("function_definition").filter((found) => found !== null);
  const own = functions.filter((each) => each.startIndex < start && each.endIndex >= start);
  const isOwn = (node: Node): boolean =>
    own.some((each) => each.startIndex <= node.startIndex && node.endIndex <= each.endIndex);
  return functions.filter((each) => !isOwn(each) && !(each.startIndex >= start && each.startIndex < end));
}

/** Nodes that hold several targets, or one with a star. */
const holders =
  /^(?:pattern_list|tuple_pattern|list_pattern|(?:list|dictionary)_splat_pattern|parenthesized_expression|as_pattern_target)$/;
/** Nodes that define every name in them, or may do so. */
const givers =
  /^(?:import_statement|import_from_statement|global_statement|nonlocal_statement|delete_statement|case_pattern|type_parameter)$/;
/** The fields of nodes that hold what is defined. */
const targets: Readonly<Record<string, string>> = {
  assignment: "left",
  augmented_assignment: "left",
  for_statement: "left",
  for_in_clause: "left",
  named_expression: "name",
  default_parameter: "name",
  typed_default_parameter: "name",
  function_definition: "name",
  class_definition: "name",
  as_pattern: "alias",
};

/** Whether an identifier is a parameter, a target or another place that defines a name. */
function isGiven(name: Node): boolean {
  let node = name;
  while (node.parent && holders.test(node.parent.type)) node = node.parent;
  const { parent } = node;
  if (!parent) return false;
  if (/^(?:lambda_)?parameters$/.test(parent.type)) return true;
  if (parent.type === "typed_parameter") return parent.firstNamedChild?.id === node.id;
  const field = targets[parent.type];
  if (field !== undefined && parent.childForFieldName(field)?.id === node.id) return true;
  for (let around: Node | null = parent; around && !around.type.endsWith("block"); around = around.parent) {
    if (givers.test(around.type)) return true;
  }
  return false;
}

/** Whether an identifier follows a dot, or names an argument. */
function isMember({ id, parent }: Node): boolean {
  if (parent?.type === "attribute") return parent.childForFieldName("attribute")?.id === id;
  return parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === id;
}

/** Whether an identifier of a function is visible outside of it: its name, annotations and defaults, and what it declares global. */
function isSeenOutside(name: Node): boolean {
  if (name.parent?.type === "global_statement") return true;
  if (name.parent?.type === "function_definition") return true;
  for (let node: Node | null = name; node; node = node.parent) {
    if (node.type === "block") return false;
    if (node.type === "parameters" || node.type === "type") return !isGiven(name);
  }
  return false;
}
