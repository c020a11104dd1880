/**
 * The nodes of a token tree. Each token follows its parent, and several may follow the same one, so continuations of a
 * text share their common beginning. Independent of models.
 */

import { masked } from "../../graph/composites/attention.ts";

export interface TokenNode {
  /** The token id; below 0 for the root and for virtual tokens. */
  readonly token: number;
  /** The number of tokens before this one, virtual tokens included. */
  readonly position: number;
  readonly parent: TokenNode | null;
  readonly children: TokenNode[];
  /** The index in the KV cache; below 0 while the node is not cached. */
  entry: number;
}

/** Returns a root: the position before the first token of a text, after any virtual tokens. */
export function rootAfter(parent: TokenNode | null): TokenNode {
  return { token: -1, position: parent?.position ?? -1, parent, children: [], entry: -1 };
}

/** Adds a token that the model has not read yet. */
export function addChild(parent: TokenNode, token: number): TokenNode {
  const node = { token, position: parent.position + 1, parent, children: [], entry: -1 };
  parent.children.push(node);
  return node;
}

/** Follows `ids` down from `node` as far as they are in the tree, and returns the last node that matches. */
export function descend(node: TokenNode, ids: readonly number[]): TokenNode {
  for (const id of ids) {
    const next = node.children.find(({ token }) => token === id);
    if (!next) return node;
    node = next;
  }
  return node;
}

/** Returns the root of the text that ends at `node`. */
export function rootOf(node: TokenNode): TokenNode {
  while (node.token >= 0 && node.parent) node = node.parent;
  return node;
}

/** Returns the tokens from the root to `node`. */
export function tokensTo(node: TokenNode): number[] {
  const tokens: number[] = [];
  for (let at: TokenNode | null = node; at && at.token >= 0; at = at.parent) tokens.push(at.token);
  return tokens.reverse();
}

/** Returns `nodes` and all their ancestors. */
export function withAncestors(nodes: readonly TokenNode[]): ReadonlySet<TokenNode> {
  const found = new Set<TokenNode>();
  for (const node of nodes) {
    for (let at: TokenNode | null = node; at && !found.has(at); at = at.parent) found.add(at);
  }
  return found;
}

/**
 * Returns the attention mask of `nodes` over the `entries` of a cache, [nodes, entries]: 0 for the node itself and its
 * ancestors, {@link masked} elsewhere. The nodes are the cache's last entries, parents before children.
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
