/**
 * Reads a tree of tokens with a session that takes and gives a KV cache. The cache holds each token once, in the order of
 * reading; who sees whom is a mask. So nothing is copied when a text goes on in several ways, and those that have come to an
 * end are taken out when they are many. Adapters are tensors to feed, or virtual tokens in front.
 */

import type { PromptAdapter } from "../adapters/methods/prompt.ts";
import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import { virtualTokensOf, type VirtualTokens } from "../adapters/virtualTokens.ts";
import { internalError } from "../foundation/errors.ts";
import { moduleShapes } from "../architectures/architectures.ts";
import type { ModelConfig } from "../architectures/config.ts";
import type { Feeds } from "./adapterFeeds.ts";
import { contextFull, type AdaptedSession, type Chain, type Reading, type ReadOptions } from "./forest.ts";
import { emptyCache, joined, prefixCache, runsOf, type KeyValues } from "./keyValueCache.ts";
import { floatsOf, int64s, type RuntimeTensor } from "./session.ts";
import { descend, nodeBehind, rootBehind, withAncestors, type TokenNode } from "./tokenNode.ts";

export interface CachedSession extends AdaptedSession {
  /**
   * What tells the graph where new tokens stand.
   *
   * @param entries what is in the cache then; `nodes` are the last of them
   * @param prompt whose virtual tokens `nodes` are, if they are
   */
  place(nodes: readonly TokenNode[], entries: readonly TokenNode[], prompt?: PromptAdapter): Feeds;
}

export interface CachedReader {
  readonly contextLength: number;
  readonly breadth: number;
  /** What all texts stand behind. */
  readonly start: () => Promise<TokenNode>;
  /** As that of a forest. */
  readonly read: (chains: readonly Chain[], options?: ReadOptions) => Promise<Reading>;
  readonly useAdapters: (active: readonly ActiveAdapter[]) => void;
}

/** How many tokens one run reads: long enough to be fast, short enough to notice a cancellation soon. */
const mostTokens = 256;
/** The cache is made anew once this share of it is of no more use. Measured: less costs time in copying, more in attention. */
const mostForgotten = 1 / 8;

/** @param mostCached how many tokens the session's cache may hold */
export function cachedReader(config: ModelConfig, session: CachedSession, mostCached = Infinity): CachedReader {
  let slots = session.adapterFeeds([]);
  let virtual: VirtualTokens | null = null;
  let past: KeyValues = emptyCache(config);
  /** What `past` holds. */
  let entries: TokenNode[] = [];
  /** Where texts begin; undefined before the first one does. */
  let root: TokenNode | undefined;

  /** Reads `nodes` into the cache; the logits are those behind `rows` of them. */
  const run = async (
    nodes: readonly TokenNode[],
    rows: readonly number[],
    prompt?: PromptAdapter,
  ): Promise<Float32Array> => {
    for (const [i, node] of nodes.entries()) node.entry = entries.length + i;
    const all = [...entries, ...nodes];
    const ids = BigInt64Array.from(nodes, ({ token }) => BigInt(Math.max(0, token)));
    const results = await session.run({
      ...slots,
      ...past,
      ...session.place(nodes, all, prompt),
      ids: int64s(ids, [1, nodes.length]),
      rows: int64s(BigInt64Array.from(rows, BigInt), [rows.length]),
    });
    past = pastOf(results);
    entries = all;
    return floatsOf(results["logits"]);
  };

  const start = async (): Promise<TokenNode> => {
    if (root) return root;
    const nodes: TokenNode[] = [];
    for (let i = 0; i < (virtual?.tokens ?? 0); i++) nodes.push(nodeBehind(nodes.at(-1) ?? rootBehind(null), -1));
    if (virtual?.method === "prompt") await run(nodes, [0], virtual);
    if (virtual?.method === "prefix") {
      past = prefixCache(config, virtual);
      entries = nodes;
      for (const [i, node] of nodes.entries()) node.entry = i;
    }
    return (root = rootBehind(nodes.at(-1) ?? null));
  };

  /** Takes what nobody stands behind out of the cache, if that is worth it, or `wanted` tokens more need the room. */
  const forget = (kept: readonly TokenNode[], wanted: number): void => {
    const isWorthIt = (left: number): boolean =>
      entries.length - left > mostForgotten * left || entries.length + wanted > mostCached;
    // At least the longest text is left, which is mostly all there is to know.
    if (!isWorthIt(Math.max(...kept.map(({ position }) => position + 1)))) return;
    const known = withAncestors(kept);
    const rest = entries.filter((node) => known.has(node));
    if (!isWorthIt(rest.length)) return;
    if (rest.length + wanted > mostCached) throw contextFull(rest.length + wanted, mostCached);
    past = rest.length > 0 ? joined(runsOf(past, rest)) : emptyCache(config);
    for (const node of entries) if (!known.has(node)) forgetNode(node);
    for (const [i, node] of rest.entries()) node.entry = i;
    entries = rest;
  };

  const checkChain = ({ behind, ids }: Chain, ground: TokenNode): void => {
    if (ids.length === 0) throw internalError("nothing to read");
    if (behind.token >= 0 && behind.entry < 0) throw internalError("asked to go on from what has been forgotten");
    const wanted = behind.position - ground.position + ids.length;
    const room = config.contextLength - ground.position - 1;
    if (wanted > room) throw contextFull(wanted, room);
  };

  /** What is read in one run. ONNX Runtime takes the first tokens in a cache to stand one behind the other, and no others. */
  const pieceOf = (nodes: readonly TokenNode[]): readonly TokenNode[] => {
    const end = entries.length === 0 ? nodes.findIndex(({ position }, i) => position !== i) : -1;
    return end < 0 ? nodes : nodes.slice(0, end);
  };

  return {
    get contextLength() {
      return config.contextLength - (virtual?.tokens ?? 0);
    },
    breadth: breadthOf(config),
    start,
    read: async (chains, { kept = [], every = false, signal } = {}) => {
      const ground = await start();
      for (const chain of chains) checkChain(chain, ground);
      const known = chains.map((chain) => knownOf(chain, every));
      const wanted = chains.reduce((total, { ids }) => total + ids.length, 0);
      forget([ground, ...kept, ...known], wanted);
      const { unread, asked, ends } = planned(chains, every);
      const logits: Float32Array[] = [];
      try {
        for (let first = 0; first < unread.length;) {
          signal?.throwIfAborted();
          const piece = pieceOf(unread.slice(first, first + mostTokens));
          first += piece.length;
          const rows = [...piece.keys()].filter((i) => asked.has(piece[i]!));
          const found = await run(piece, rows.length > 0 ? rows : [0]);
          if (rows.length > 0) logits.push(found);
        }
      } finally {
        for (const node of unread) if (entries[node.entry] !== node) forgetNode(node);
      }
      return { ends, logits: concatenated(logits) };
    },
    useAdapters: (active) => {
      virtual = virtualTokensOf(active);
      slots = session.adapterFeeds(active);
      past = emptyCache(config);
      entries = [];
      root = undefined;
    },
  };
}

/**
 * A token in the cache costs each row that is read 4·heads·D operations a layer, whether it sees the token or not; a weight
 * costs it 2. Measured on the embedded base, beams and greedy decoding take least where attention is at a quarter of the
 * products when searches have most tokens.
 */
function breadthOf(config: ModelConfig): number {
  const { layers, attention, vocabularySize, hiddenSize } = config;
  let weights = vocabularySize * hiddenSize;
  for (const { inFeatures, outFeatures } of moduleShapes(config).values()) weights += inFeatures * outFeatures;
  return Math.round((0.25 * weights) / (2 * layers * attention.heads * attention.headSize));
}

/** The last token of a chain that need not be read: all may be known but the last, unless logits are wanted behind every one. */
function knownOf({ behind, ids }: Chain, every: boolean): TokenNode {
  return every ? behind : descend(behind, ids.slice(0, -1));
}

/** Nodes for all that has to be read; those of them that logits are asked for; and the last of each chain. */
function planned(chains: readonly Chain[], every: boolean) {
  const unread: TokenNode[] = [];
  const asked = new Set<TokenNode>();
  const ends = chains.map((chain) => {
    // Chains before this one may have planned what it begins with.
    let node = knownOf(chain, every);
    for (const id of chain.ids.slice(node.position - chain.behind.position)) {
      node = nodeBehind(node, id);
      unread.push(node);
      if (every) asked.add(node);
    }
    asked.add(node);
    return node;
  });
  return { unread, asked, ends };
}

function forgetNode(node: TokenNode): void {
  node.entry = -1;
  const siblings = node.parent?.children;
  siblings?.splice(siblings.indexOf(node), 1);
}

/** Each present tensor of one run is the past of the next. */
function pastOf(results: Readonly<Record<string, RuntimeTensor>>): KeyValues {
  const present = Object.entries(results).filter(([name]) => name.startsWith("present."));
  return Object.fromEntries(present.map(([name, tensor]) => [name.replace("present.", "past."), tensor]));
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
