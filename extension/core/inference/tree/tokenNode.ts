/**
 * Tokens that a model has read, as a tree: each stands behind its parent, and several may stand behind the same. So
 * continuations of one text share all that they have in common. Knows no model.
 */

import { masked } from "../../graph/composites/attention.ts";

export interface TokenNode {
  /** Below 0 for what is no text: the place before the first token, and virtual tokens. */
  readonly token: number;
  /** How many tokens stand before it, virtual ones included. */
  readonly position: number;
  readonly parent: TokenNode | null;
  readonly children: TokenNode[];
  /** Where the KV cache holds it; below 0 where it does not. */
  entry: number;
}

/** The place before the first token, behind nothing or behind the virtual tokens. */
export function rootBehind(parent: TokenNode | null): TokenNode {
  return { token: -1, position: parent?.position ?? -1, parent, children: [], entry: -1 };
}

/** A token that is yet to be read. */
export function nodeBehind(parent: TokenNode, token: number): TokenNode {
  const node = { token, position: parent.position + 1, parent, children: [], entry: -1 };
  parent.children.push(node);
  return node;
}

/** The last of `ids` that has been read behind `node` already; `node` itself where the first has not. */
export function descend(node: TokenNode, ids: readonly number[]): TokenNode {
  for (const id of ids) {
    const next = node.children.find(({ token }) => token === id);
    if (!next) return node;
    node = next;
  }
  return node;
}

/** The place before the first token of the text that `node` ends. */
export function rootOf(node: TokenNode): TokenNode {
  while (node.token >= 0 && node.parent) node = node.parent;
  return node;
}

/** The text that `node` ends. */
export function tokensTo(node: TokenNode): number[] {
  const tokens: number[] = [];
  for (let at: TokenNode | null = node; at && at.token >= 0; at = at.parent) tokens.push(at.token);
  return tokens.reverse();
}

/** `nodes`, and all that they stand behind. */
export function withAncestors(nodes: readonly TokenNode[]): ReadonlySet<TokenNode> {
  const found = new Set<TokenNode>();
  for (const node of nodes) {
    for (let at: TokenNode | null = node; at && !found.has(at); at = at.parent) found.add(at);
  }
  return found;
}

/**
 * What each of `nodes` sees of `entries` in a cache, [nodes, entries]: 0 for itself and what it stands behind, else
 * {@link masked}. The nodes are the cache's last, parents before children.
 */
export function maskOf(nodes: readonly TokenNode[], entries: number): Float32Array {
  const mask = new Float32Array(nodes.length * entries).fill(masked);
  const first = entries - nodes.length;
  for (const [i, node] of nodes.entries()) {
    const row = i * entries;
    const above = (node.parent?.entry ?? -1) - first;
    if (above >= 0) mask.copyWithin(row, above * entries, (above + 1) * entries);
    else for (let at = node.parent; at; at = at.parent) if (at.entry >= 0) mask[row + at.entry] = 0;
    mask[row + node.entry] = 0;
  }
  return mask;
}
