/**
 * The KV cache of a session, and the nodes that it holds. It holds each token once, in the order of reading; a mask says which tokens
 * see which. So nothing is copied when a text forks, and dead branches are removed once there are many. Adapters are tensors to feed,
 * or virtual tokens in front.
 */

import type { PromptAdapter } from "../../adapters/adapter.ts";
import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { virtualTokensOf, type VirtualTokens } from "../../adapters/virtualTokens.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import { floatsOf, int64s, type RuntimeTensor } from "../../runtime/session.ts";
import type { Feeds } from "../graphs/adapterFeeds.ts";
import { emptyCache, joined, prefixCache, runsOf, type KeyValues } from "./keyValueCache.ts";
import { addChild, rootAfter, withAncestors, type TokenNode } from "./tokenNode.ts";
import { contextFull, type AdaptedSession } from "./tokenTree.ts";

export interface CachedSession extends AdaptedSession {
  /**
   * The inputs that give the graph the places of new tokens.
   *
   * @param entries all nodes in the cache; `nodes` are the last of them
   * @param prompt whose virtual tokens `nodes` are, if they are
   */
  place(nodes: readonly TokenNode[], entries: readonly TokenNode[], prompt?: PromptAdapter): Feeds;
}

export interface NodeCache {
  readonly virtualTokens: number;
  readonly isEmpty: boolean;
  readonly holds: (node: TokenNode) => boolean;
  /** The root that all texts follow. */
  readonly start: () => Promise<TokenNode>;
  /** Reads `nodes` into the cache, and returns the logits after `rows` of them. */
  readonly run: (nodes: readonly TokenNode[], rows: readonly number[]) => Promise<Float32Array>;
  /** Removes all but `kept` and their ancestors, if that is worth it, or `wanted` more tokens need the room. */
  readonly forget: (kept: readonly TokenNode[], wanted: number) => void;
  readonly useAdapters: (active: readonly ActiveAdapter[]) => void;
}

/** The cache is rebuilt once this share of it is dead. Measured: less costs time in copying, more in attention. */
const mostForgotten = 1 / 8;

/** @param mostCached how many tokens the session's cache may hold */
export function nodeCache(config: ModelConfig, session: CachedSession, mostCached: number): NodeCache {
  let slots = session.adapterFeeds([]);
  let virtual: VirtualTokens | null = null;
  let past: KeyValues = emptyCache(config);
  /** What `past` holds. */
  let entries: TokenNode[] = [];
  /** Where texts begin; undefined before the first one does. */
  let root: TokenNode | undefined;

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
    for (let i = 0; i < (virtual?.tokens ?? 0); i++) nodes.push(addChild(nodes.at(-1) ?? rootAfter(null), -1));
    if (virtual?.method === "prompt") await run(nodes, [0], virtual);
    if (virtual?.method === "prefix") {
      past = prefixCache(config, virtual);
      entries = nodes;
      for (const [i, node] of nodes.entries()) node.entry = i;
    }
    return (root = rootAfter(nodes.at(-1) ?? null));
  };

  const forget = (kept: readonly TokenNode[], wanted: number): void => {
    const isWorthIt = (left: number): boolean =>
      entries.length - left > mostForgotten * left || entries.length + wanted > mostCached;
    // At least the longest text is left: mostly that settles it.
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

  return {
    get virtualTokens() {
      return virtual?.tokens ?? 0;
    },
    get isEmpty() {
      return entries.length === 0;
    },
    holds: (node) => entries[node.entry] === node,
    start,
    run,
    forget,
    useAdapters: (active) => {
      virtual = virtualTokensOf(active);
      slots = session.adapterFeeds(active);
      past = emptyCache(config);
      entries = [];
      root = undefined;
    },
  };
}

/** Takes a node out of its tree. */
export function forgetNode(node: TokenNode): void {
  node.entry = -1;
  const siblings = node.parent?.children;
  siblings?.splice(siblings.indexOf(node), 1);
}

/** Each present tensor of one run is the past of the next. */
function pastOf(results: Readonly<Record<string, RuntimeTensor>>): KeyValues {
  const present = Object.entries(results).filter(([name]) => name.startsWith("present."));
  return Object.fromEntries(present.map(([name, tensor]) => [name.replace("present.", "past."), tensor]));
}
