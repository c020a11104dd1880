/** Reads spans of tokens in runs of bounded length, over the KV cache of a session. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { internalError, UserError } from "../../foundation/errors.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import { forgetNode, nodeCache, type CachedSession } from "./nodeCache.ts";
import { addChild, descend, type TokenNode } from "./tokenNode.ts";
import { contextFull, type Span, type TokenTree } from "./tokenTree.ts";

export interface CachedReader {
  readonly contextLength: number;
  readonly breadth: number;
  /** The root that all texts follow. */
  readonly start: () => Promise<TokenNode>;
  /** Does what {@link TokenTree.read} does. */
  readonly read: TokenTree["read"];
  readonly useAdapters: (active: readonly ActiveAdapter[]) => void;
}

/** How many tokens one run reads: long enough to be fast, short enough to notice a cancellation soon. */
const mostTokens = 256;

/** @param mostCached how many tokens the session's cache may hold */
export function cachedReader(config: ModelConfig, session: CachedSession, mostCached = Infinity): CachedReader {
  const cache = nodeCache(config, session, mostCached);

  /** The nodes of one run. ONNX Runtime takes the first tokens in an empty cache to follow each other (decisions/0017). */
  const pieceOf = (nodes: readonly TokenNode[]): readonly TokenNode[] => {
    const end = cache.isEmpty ? nodes.findIndex(({ position }, i) => position !== i) : -1;
    return end < 0 ? nodes : nodes.slice(0, end);
  };

  /** Reads new nodes, piece by piece, and returns the logits after those that are `asked` for, in their order. */
  const readNodes = async (
    { unread, asked }: Pick<Plan, "unread" | "asked">,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> => {
    const logits: Float32Array[] = [];
    try {
      for (let first = 0; first < unread.length;) {
        signal?.throwIfAborted();
        const piece = pieceOf(unread.slice(first, first + mostTokens));
        first += piece.length;
        const rows = [...piece.keys()].filter((i) => asked.has(piece[i]!));
        const found = await cache.run(piece, rows.length > 0 ? rows : [0]);
        if (rows.length > 0) logits.push(found);
      }
    } finally {
      for (const node of unread) if (!cache.holds(node)) forgetNode(node);
    }
    return checkedLogits(concatenated(logits), config.vocabularySize);
  };

  return {
    get contextLength() {
      return config.contextLength - cache.virtualTokens;
    },
    breadth: breadthOf(config),
    start: cache.start,
    read: async (spans, { kept = [], every = false, signal } = {}) => {
      const root = await cache.start();
      for (const span of spans) checkSpan(span, root, config.contextLength);
      const known = spans.map((span) => knownOf(span, every));
      const wanted = spans.reduce((total, { ids }) => total + ids.length, 0);
      cache.forget([root, ...kept, ...known], wanted);
      const { leaves, ...plan } = planned(spans, every);
      return { leaves, logits: await readNodes(plan, signal) };
    },
    useAdapters: cache.useAdapters,
  };
}

function checkSpan({ parent, ids }: Span, root: TokenNode, contextLength: number): void {
  if (ids.length === 0) throw internalError("nothing to read");
  if (parent.token >= 0 && parent.entry < 0) throw internalError("asked to go on from what has been forgotten");
  const wanted = parent.position - root.position + ids.length;
  const room = contextLength - root.position - 1;
  if (wanted > room) throw contextFull(wanted, room);
}

/** What a reading takes: the new nodes, in the order of reading, and those whose logits are asked for. */
interface Plan {
  readonly unread: readonly TokenNode[];
  readonly asked: ReadonlySet<TokenNode>;
  /** The last node of each span. */
  readonly leaves: readonly TokenNode[];
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

/** The last node of a span that need not be read. The last token always is, and with `every` all are. */
function knownOf({ parent, ids }: Span, every: boolean): TokenNode {
  return every ? parent : descend(parent, ids.slice(0, -1));
}

function planned(spans: readonly Span[], every: boolean): Plan {
  const unread: TokenNode[] = [];
  const asked = new Set<TokenNode>();
  const leaves = spans.map((span) => {
    // Spans before this one may have planned its beginning.
    let node = knownOf(span, every);
    for (const id of span.ids.slice(node.position - span.parent.position)) {
      node = addChild(node, id);
      unread.push(node);
      if (every) asked.add(node);
    }
    asked.add(node);
    return node;
  });
  return { unread, asked, leaves };
}

/** Where a hidden state is no number, no logit is: the first of each row tells. */
function checkedLogits(logits: Float32Array, vocabularySize: number): Float32Array {
  for (let i = 0; i < logits.length; i += vocabularySize) {
    if (Number.isFinite(logits[i])) continue;
    const message = "Cannot complete: what the model computes is beyond all numbers.";
    const nextStep = "Use another adapter, or a smaller scale; without one, import the base again.";
    throw new UserError("weights-not-finite", message, nextStep);
  }
  return logits;
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
