/**
 * The KV cache of a session, and the nodes that it holds. It holds each token once, in reading order; a mask says which
 * tokens attend to which. Forking a text therefore copies nothing, and dead branches are removed once they pile up.
 * Adapters are either fed as tensors, or precede the text as virtual tokens.
 */

import { LRUCache } from "lru-cache";
import { isPrefix } from "../../adapters/methods/prefix.ts";
import { isPrompt, type PromptAdapter } from "../../adapters/methods/prompt.ts";
import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { virtualTokensOf, type VirtualTokens } from "../../adapters/servedVirtualTokens.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import { floatsOf, int64s, type RuntimeTensor } from "../../runtime/session.ts";
import type { Feeds } from "../graphs/adapterFeeds.ts";
import { emptyCache, joined, prefixCache, runsOf, type KeyValues } from "./keyValueCache.ts";
import { addChild, rootAfter, withAncestors, type TokenNode } from "./tokenNode.ts";
import { contextFull, type TreeSession } from "./tokenTree.ts";

export interface CachedSession extends TreeSession {
  /**
   * Returns the graph's inputs for the positions and masks of new tokens.
   *
   * @param entries all nodes in the cache; `nodes` are the last of them
   * @param prompt the adapter whose virtual tokens `nodes` are, if they are virtual
   */
  place(nodes: readonly TokenNode[], entries: readonly TokenNode[], prompt?: PromptAdapter): Feeds;
}

export interface NodeCache {
  readonly virtualTokens: number;
  readonly isEmpty: boolean;
  readonly holds: (node: TokenNode) => boolean;
  /** Returns the root of all texts, after the virtual tokens. */
  readonly start: () => Promise<TokenNode>;
  /** Reads `nodes` into the cache, and returns the logits after `rows` of them. */
  readonly run: (nodes: readonly TokenNode[], rows: readonly number[]) => Promise<Float32Array>;
  /** Removes all nodes except `kept` and their ancestors if many are dead, or if `wanted` more tokens need the room. */
  readonly forget: (kept: readonly TokenNode[], wanted: number) => void;
  /** Sets the tokens of the current text aside, and continues with those of another text. */
  readonly switchTo: (text: string) => void;
  readonly useAdapters: (active: readonly ActiveAdapter[]) => void;
}

/**
 * The most texts that are set aside, and the most tokens of all of them. Users switch between two or three files; each
 * token of a base with 500 million parameters takes 24 kB.
 */
const [mostAside, mostTokensAside] = [2, 8192];

/**
 * The cache is rebuilt once dead tokens exceed this share of the live ones. Measured: less costs copying, more costs
 * attention.
 */
const maxDeadShare = 1 / 8;

/** @param maxCachedTokens the capacity of the session's cache, in tokens */
export function nodeCache(config: ModelConfig, session: CachedSession, maxCachedTokens: number): NodeCache {
  let virtual: VirtualTokens | null = null;
  let past: KeyValues = emptyCache(config);
  let entries: TokenNode[] = [];
  let root: TokenNode | undefined;
  let current = "";
  const aside = textsAside();

  const run: RunNodes = async (nodes, rows, prompt) => {
    for (const [i, node] of nodes.entries()) node.entry = entries.length + i;
    const all = [...entries, ...nodes];
    const ids = BigInt64Array.from(nodes, ({ token }) => BigInt(Math.max(0, token)));
    const results = await session.run({
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
    if (isPrompt(virtual)) await run(nodes, [0], virtual);
    if (isPrefix(virtual)) {
      past = prefixCache(config, virtual);
      entries = nodes;
      for (const [i, node] of nodes.entries()) node.entry = i;
    }
    return (root = rootAfter(nodes.at(-1) ?? null));
  };

  const forget = (kept: readonly TokenNode[], wanted: number): void => {
    const shouldCompact = (live: number): boolean =>
      entries.length - live > maxDeadShare * live || entries.length + wanted > maxCachedTokens;
    // The longest text alone is a lower bound of the live tokens, and usually decides.
    if (!shouldCompact(Math.max(...kept.map(({ position }) => position + 1)))) return;
    const known = withAncestors(kept);
    const rest = entries.filter((node) => known.has(node));
    if (!shouldCompact(rest.length)) return;
    if (rest.length + wanted > maxCachedTokens) throw contextFull(rest.length + wanted, maxCachedTokens);
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
    switchTo: (text) => {
      if (text === current) return;
      const next = aside.take(text) ?? emptyText(config);
      if (entries.length > 0) aside.put(current, { past, entries, root });
      ({ past, entries, root } = next);
      current = text;
    },
    useAdapters: (active) => {
      aside.clear();
      virtual = virtualTokensOf(active);
      session.useAdapters(active);
      ({ past, entries, root } = emptyText(config));
    },
  };
}

/** @param prompt the adapter whose virtual tokens `nodes` are */
type RunNodes = (nodes: readonly TokenNode[], rows: readonly number[], prompt?: PromptAdapter) => Promise<Float32Array>;

/** The tokens of one text. */
interface TextCache {
  readonly past: KeyValues;
  /** The nodes in `past`, in its order. */
  readonly entries: TokenNode[];
  /** Undefined until the text begins. */
  readonly root: TokenNode | undefined;
}

function emptyText(config: ModelConfig): TextCache {
  return { past: emptyCache(config), entries: [], root: undefined };
}

/** Keeps the texts that are set aside, and drops the one that was left longest ago. */
function textsAside(): {
  readonly put: (text: string, cache: TextCache) => void;
  readonly take: (text: string) => TextCache | undefined;
  readonly clear: () => void;
} {
  const caches = new LRUCache<string, TextCache>({
    max: mostAside,
    maxSize: mostTokensAside,
    sizeCalculation: ({ entries }) => entries.length,
  });
  return {
    put: (text, cache) => void caches.set(text, cache),
    take: (text) => {
      const cache = caches.get(text);
      caches.delete(text);
      return cache;
    },
    clear: () => caches.clear(),
  };
}

/** Removes a node from its tree. */
export function forgetNode(node: TokenNode): void {
  node.entry = -1;
  const siblings = node.parent?.children;
  siblings?.splice(siblings.indexOf(node), 1);
}

/** Renames the present tensors of one run to the past tensors of the next. */
function pastOf(results: Readonly<Record<string, RuntimeTensor>>): KeyValues {
  const present = Object.entries(results).filter(([name]) => name.startsWith("present."));
  return Object.fromEntries(present.map(([name, tensor]) => [name.replace("present.", "past."), tensor]));
}
