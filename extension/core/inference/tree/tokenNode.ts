/**
 * The nodes of a token tree: each token follows its parent, and several may follow the same one, so continuations of a text share
 * all that they have in common. Knows no model.
 */

import { masked } from "../../graph/composites/attention.ts";

export interface TokenNode {
  /** Below 0 for what is no text: the root, and virtual tokens. */
  readonly token: number;
  /** The number of tokens before it, virtual ones included. */
  readonly position: number;
  readonly parent: TokenNode | null;
  readonly children: TokenNode[];
  /** Its place in the KV cache; below 0 while it has none. */
  entry: number;
}

/** The place before the first token, after the virtual tokens if there are any. */
export function rootAfter(parent: TokenNode | null): TokenNode {
  return { token: -1, position: parent?.position ?? -1, parent, children: [], entry: -1 };
}

/** Adds a token that is yet to be read. */
export function addChild(parent: TokenNode, token: number): TokenNode {
  const node = { token, position: parent.position + 1, parent, children: [], entry: -1 };
  parent.children.push(node);
  return node;
}

/** The node of the last of `ids` that has been read after `node` already; `node` itself where the first has not. */
export function descend(node: TokenNode, ids: readonly number[]): TokenNode {
  for (const id of ids) {
    const next = node.children.find(({ token }) => token === id);
    if (!next) return node;
    node = next;
  }
  return node;
}

/** The root of the text that `node` ends. */
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

/** `nodes` and all their ancestors. */
export function withAncestors(nodes: readonly TokenNode[]): ReadonlySet<TokenNode> {
  const found = new Set<TokenNode>();
  for (const node of nodes) {
    for (let at: TokenNode | null = node; at && !found.has(at); at = at.parent) found.add(at);
  }
  return found;
}

/**
 * The attention mask of `nodes` over `entries` of a cache, [nodes, entries]: 0 for the node itself and its ancestors, else
 * {@link masked}. The nodes are the cache's last entries, parents before children.
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
