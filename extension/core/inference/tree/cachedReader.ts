/** Reads spans of tokens into the KV cache of a session, in runs of bounded length. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { internalError, UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { moduleWeights } from "../../architectures/architectures.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import { forgetNode, nodeCache, type CachedSession } from "./nodeCache.ts";
import { addChild, descend, type TokenNode } from "./tokenNode.ts";
import { contextFull, type Span, type TokenTree } from "./tokenTree.ts";

export interface CachedReader {
  readonly contextLength: number;
  readonly breadth: number;
  /** Returns the root of all texts. */
  readonly start: () => Promise<TokenNode>;
  /** Implements {@link TokenTree.read}. */
  readonly read: TokenTree["read"];
  readonly switchTo: (text: string) => void;
  readonly useAdapters: (active: readonly ActiveAdapter[]) => void;
}

/** @param maxCachedTokens the capacity of the session's cache, in tokens */
export function cachedReader(config: ModelConfig, session: CachedSession, maxCachedTokens = Infinity): CachedReader {
  const cache = nodeCache(config, session, maxCachedTokens);

  /** Returns the nodes of one run. In an empty cache, ONNX Runtime treats the tokens as consecutive (decisions/0017). */
  const pieceOf = (nodes: readonly TokenNode[]): readonly TokenNode[] => {
    const end = cache.isEmpty ? nodes.findIndex(({ position }, i) => position !== i) : -1;
    return end < 0 ? nodes : nodes.slice(0, end);
  };

  /** Reads new nodes in pieces, and returns the logits after the nodes in `asked`, in reading order. */
  const readNodes = async (
    { unread, asked }: Pick<Plan, "unread" | "asked">,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> => {
    const logits: Float32Array[] = [];
    try {
      for (let first = 0; first < unread.length;) {
        signal?.throwIfAborted();
        const piece = pieceOf(unread.slice(first, first + session.tokensPerRun));
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
    read: async (spans, { kept = [], signal } = {}) => {
      const root = await cache.start();
      for (const span of spans) checkSpan(span, root, config.contextLength);
      const known = spans.map(knownOf);
      const wanted = spans.reduce((total, { ids }) => total + ids.length, 0);
      cache.forget([root, ...kept, ...known], wanted);
      const { leaves, ...plan } = planned(spans);
      return { leaves, logits: await readNodes(plan, signal) };
    },
    switchTo: cache.switchTo,
    useAdapters: cache.useAdapters,
  };
}

function checkSpan({ parent, ids }: Span, root: TokenNode, contextLength: number): void {
  if (ids.length === 0) throw internalError("nothing to read");
  if (parent.token >= 0 && parent.entry < 0) throw internalError("cannot continue a node that the cache has dropped");
  const wanted = parent.position - root.position + ids.length;
  const room = contextLength - root.position - 1;
  if (wanted > room) throw contextFull(wanted, room);
}

/** A plan for one reading: the new nodes in reading order, and the nodes whose logits are requested. */
interface Plan {
  readonly unread: readonly TokenNode[];
  readonly asked: ReadonlySet<TokenNode>;
  /** The last node of each span. */
  readonly leaves: readonly TokenNode[];
}

/**
 * Returns the value of {@link TokenTree.breadth}. Each row that is read costs 4·heads·D operations per layer and cached token,
 * masked or not, and 2 operations per weight. Measured on the embedded base, beam search and greedy decoding are fastest when
 * attention peaks at a quarter of the cost of the matrix products.
 */
function breadthOf(config: ModelConfig): number {
  const { layers, attention, vocabularySize, hiddenSize } = config;
  const weights = vocabularySize * hiddenSize + moduleWeights(config);
  return Math.round((0.25 * weights) / (2 * layers * attention.heads * attention.headSize));
}

/** Returns the last node of a span that need not be read. */
function knownOf({ parent, ids, asked = 1 }: Span): TokenNode {
  return descend(parent, ids.slice(0, -asked));
}

function planned(spans: readonly Span[]): Plan {
  const unread: TokenNode[] = [];
  const asked = new Set<TokenNode>();
  const leaves = spans.map((span) => {
    // Earlier spans may already have planned the beginning of this one.
    let node = knownOf(span);
    const first = span.ids.length - (span.asked ?? 1);
    for (let i = node.position - span.parent.position; i < span.ids.length; i++) {
      node = addChild(node, span.ids[i]!);
      unread.push(node);
      if (i >= first) asked.add(node);
    }
    return node;
  });
  return { unread, asked, leaves };
}

/** Checks that logits are finite. If a hidden state is not a number, no logit is, so checking the first of each row is enough. */
function checkedLogits(logits: Float32Array, vocabularySize: number): Float32Array {
  for (let i = 0; i < logits.length; i += vocabularySize) {
    if (Number.isFinite(logits[i])) continue;
    const message = say`Cannot complete: what the model computes is not a finite number.`;
    const nextStep = say`Use another adapter, or a smaller scale; without one, import the base again.`;
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
