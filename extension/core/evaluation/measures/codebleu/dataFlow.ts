/**
 * The data flow of GraphCodeBERT and CodeBLEU for Python, from a syntax tree: which value comes from which. Keeps the
 * reference's faults.
 */

import type { SyntaxNode } from "../../../python/pythonParser.ts";

/** One value, and where it comes from. Numbers and strings are values, too. */
export interface Flow {
  readonly name: string;
  /** The index of its token in the text. */
  readonly token: number;
  readonly relation: "comesFrom" | "computedFrom";
  readonly sourceNames: readonly string[];
  readonly sourceTokens: readonly number[];
}

/** The place where each visible name last received a value. Never changed in place. */
type States = ReadonlyMap<string, readonly number[]>;

interface Tokens {
  /** The token of a leaf. */
  at(leaf: SyntaxNode): { readonly index: number; readonly text: string };
}

/** The reference fails on parts of a string, which it does not list as tokens, and then assumes that the text has no flow. */
class NoDataFlow extends Error {}

/** Python stops deeper recursion, and the reference then reports no data flow. The caller uses up a few of Python's thousand calls. */
const maxDepth = 990;

/**
 * Returns the data flow of `text`, one entry per token, in the order of tokens. Leaves out tokens without any flow.
 * Where the reference's order depends on Python's hash seed (sources of a value in a loop), it is alphabetical: one of
 * the seed's possible orders, the same for the same names.
 *
 * @param root the tree of `text`
 */
export function dataFlow(root: SyntaxNode, text: string): Flow[] {
  const flows = flowsOfText(root, text).toSorted((a, b) => a.token - b.token);
  const connected = new Set<number>();
  for (const { token, sourceTokens } of flows) {
    if (sourceTokens.length > 0) connected.add(token);
    for (const source of sourceTokens) connected.add(source);
  }
  const merged = new Map<number, Flow>();
  for (const flow of flows) {
    if (!connected.has(flow.token)) continue;
    const before = merged.get(flow.token);
    merged.set(flow.token, before ? { ...flow, ...mergedSources(before, flow) } : flow);
  }
  return [...merged.values()];
}

function flowsOfText(root: SyntaxNode, text: string): Flow[] {
  if (depthOf(root) > maxDepth) return [];
  try {
    return flowsOf(root, new Map(), tokensOf(root, text))[0];
  } catch (error) {
    if (error instanceof NoDataFlow) return [];
    throw error;
  }
}

/** Returns the flow within `node`, and the states after it. */
function flowsOf(node: SyntaxNode, states: States, tokens: Tokens): [Flow[], States] {
  if (isLeaf(node)) return leafFlows(node, states, tokens);
  switch (node.type) {
    case "default_parameter":
      return defaultFlows(node, states, tokens);
    case "assignment":
    case "augmented_assignment":
      return childOf(node, "right") ? assignedFlows(...sides(node), states, tokens) : [[], states];
    case "for_in_clause":
      return assignedFlows([child(node, "left")], [node.children.at(-1)!], states, tokens);
    case "if_statement":
      return branchFlows(node, states, tokens);
    case "for_statement":
      return repeated(states, (before) => {
        const [flows, after] = assignedFlows(...sides(node), before, tokens);
        const body = node.children.at(-1)!;
        if (body.type !== "block") return [flows, after];
        const [inside, end] = flowsOf(body, after, tokens);
        return [[...flows, ...inside], end];
      });
    case "while_statement":
      return repeated(states, (before) => inSequence(node.children, before, tokens));
    default: {
      const clauses = node.children.filter(({ type }) => type === "for_in_clause");
      const others = node.children.filter(({ type }) => type !== "for_in_clause");
      return inSequence([...clauses, ...others], states, tokens);
    }
  }
}

function leafFlows(leaf: SyntaxNode, states: States, tokens: Tokens): [Flow[], States] {
  const { index, text } = tokens.at(leaf);
  if (leaf.type === text) return [[], states];
  const known = states.get(text);
  const sources = known ? { sourceNames: [text], sourceTokens: known } : { sourceNames: [], sourceTokens: [] };
  const after = !known && leaf.type === "identifier" ? new Map(states).set(text, [index]) : states;
  return [[{ name: text, token: index, relation: "comesFrom", ...sources }], after];
}

function inSequence(nodes: readonly SyntaxNode[], states: States, tokens: Tokens): [Flow[], States] {
  const flows: Flow[] = [];
  for (const node of nodes) {
    const [inside, after] = flowsOf(node, states, tokens);
    for (const flow of inside) flows.push(flow);
    states = after;
  }
  return [flows, states];
}

/** `name=value` among parameters. */
function defaultFlows(node: SyntaxNode, states: States, tokens: Tokens): [Flow[], States] {
  const [names, values] = [variablesOf(child(node, "name"), tokens), variablesOf(child(node, "value"), tokens)];
  const [flows, before] = flowsOf(child(node, "value"), states, tokens);
  const after = new Map(before);
  for (const name of names) {
    for (const value of values) {
      const sources = { sourceNames: [value.text], sourceTokens: [value.index] };
      flows.push({ name: name.text, token: name.index, relation: "comesFrom", ...sources });
    }
    after.set(name.text, [name.index]);
  }
  return [flows, after];
}

/** Each value of `left` is computed from all values of its partner in `right`. */
function assignedFlows(
  left: readonly SyntaxNode[],
  right: readonly SyntaxNode[],
  states: States,
  tokens: Tokens,
): [Flow[], States] {
  const [flows, before] = inSequence(right, states, tokens);
  const after = new Map(before);
  for (const [i, target] of left.entries()) {
    const sources = variablesOf(right[i]!, tokens);
    const sourceNames = sources.map(({ text }) => text);
    const sourceTokens = sources.map(({ index }) => index);
    for (const { text, index } of variablesOf(target, tokens)) {
      flows.push({ name: text, token: index, relation: "computedFrom", sourceNames, sourceTokens });
      after.set(text, [index]);
    }
  }
  return [flows, after];
}

/** Returns both sides of an assignment: in pairs if they have the same number of parts (`a, b = c, d`), otherwise as wholes. */
function sides(node: SyntaxNode): [SyntaxNode[], SyntaxNode[]] {
  const whole = [child(node, "left"), child(node, "right")] as const;
  const [left, right] = whole.map(({ children }) => children.filter(({ type }) => type !== ",")) as [
    SyntaxNode[],
    SyntaxNode[],
  ];
  return left.length === right.length && left.length > 0 ? [left, right] : [[whole[0]], [whole[1]]];
}

/** After the branches, a name may have its value from any of them, or from before if there is no `else`. */
function branchFlows(node: SyntaxNode, states: States, tokens: Tokens): [Flow[], States] {
  const flows: Flow[] = [];
  const ends: States[] = [];
  let first = states;
  for (const part of node.children) {
    const isOther = part.type === "elif_clause" || part.type === "else_clause";
    const [inside, after] = flowsOf(part, isOther ? states : first, tokens);
    flows.push(...inside);
    if (isOther) ends.push(after);
    else first = after;
  }
  ends.push(first);
  if (!node.children.some(({ type }) => type.includes("else"))) ends.push(states);
  const merged = new Map<string, number[]>();
  for (const end of ends) {
    for (const [name, from] of end) merged.set(name, [...(merged.get(name) ?? []), ...from]);
  }
  return [flows, new Map([...merged].map(([name, from]) => [name, uniqueSorted(from)]))];
}

/** Reads a loop's body twice, so that its end flows into its beginning. */
function repeated(states: States, body: (states: States) => [Flow[], States]): [Flow[], States] {
  const [first, between] = body(states);
  const [second, after] = body(between);
  const merged = new Map<string, Flow>();
  for (const flow of [...first, ...second]) {
    const key = `${flow.token} ${flow.relation} ${flow.name}`;
    const before = merged.get(key);
    merged.set(key, before ? { ...before, ...mergedSources(before, flow) } : flow);
  }
  return [[...merged.values()], after];
}

function mergedSources(a: Flow, b: Flow): Pick<Flow, "sourceNames" | "sourceTokens"> {
  return {
    sourceNames: [...new Set([...a.sourceNames, ...b.sourceNames])].sort(),
    sourceTokens: uniqueSorted([...a.sourceTokens, ...b.sourceTokens]),
  };
}

function uniqueSorted(tokens: readonly number[]): number[] {
  return [...new Set(tokens)].sort((a, b) => a - b);
}

/** Returns the leaves below `node` that are names or values, not keywords or punctuation. */
function variablesOf(node: SyntaxNode, tokens: Tokens): { readonly index: number; readonly text: string }[] {
  return leavesOf(node)
    .filter((leaf) => leaf.type !== tokens.at(leaf).text)
    .map((leaf) => tokens.at(leaf));
}

/** A string is one leaf, with everything in it. */
function isLeaf({ type, children }: SyntaxNode): boolean {
  return (children.length === 0 || type === "string") && type !== "comment";
}

function leavesOf(node: SyntaxNode): SyntaxNode[] {
  return isLeaf(node) ? [node] : node.children.flatMap(leavesOf);
}

/** Two empty leaves at one place count as one token, the later one. */
function tokensOf(root: SyntaxNode, text: string): Tokens {
  const textAt = sliceByBytes(text);
  const tokens = new Map<number, { index: number; text: string }>();
  const keyOf = ({ start, end }: SyntaxNode): number => start * 2 ** 26 + (end - start);
  for (const [index, leaf] of leavesOf(root).entries()) {
    tokens.set(keyOf(leaf), { index, text: textAt(leaf.start, leaf.end) });
  }
  return {
    at: (leaf) => {
      const token = tokens.get(keyOf(leaf));
      if (!token) throw new NoDataFlow();
      return token;
    },
  };
}

/**
 * Returns the text between two places, without line ends. As in both reference implementations, columns count UTF-8 bytes but index
 * characters, so after a non-ASCII character the text is taken from too far right in its line.
 */
function sliceByBytes(text: string): (start: number, end: number) => string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(text)) return (start, end) => text.slice(start, end).replaceAll("\n", "");
  const lines = text.split("\n").map((line) => Array.from(line));
  const placeOf = (offset: number): { row: number; column: number } => {
    const before = text.slice(0, offset).split("\n");
    return { row: before.length - 1, column: Buffer.byteLength(before.at(-1)!) };
  };
  return (start, end) => {
    const [first, last] = [placeOf(start), placeOf(end)];
    return lines
      .slice(first.row, last.row + 1)
      .map((line, i, { length }) =>
        line.slice(i === 0 ? first.column : 0, i === length - 1 ? last.column : undefined).join(""),
      )
      .join("");
  };
}

function depthOf(root: SyntaxNode): number {
  let depth = 0;
  for (let level: readonly SyntaxNode[] = [root]; level.length > 0; level = level.flatMap(({ children }) => children)) {
    depth++;
  }
  return depth;
}

function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((candidate) => candidate.field === field);
}

function child(node: SyntaxNode, field: string): SyntaxNode {
  const found = childOf(node, field);
  if (!found) throw new NoDataFlow();
  return found;
}
