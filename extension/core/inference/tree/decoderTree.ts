/** The token tree of a model without an encoder: every prompt is a text like any other. */

import { embeddingValues } from "../../adapters/virtualTokens.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { feedsOf } from "../graphs/adapterFeeds.ts";
import { cachedReader, type CachedSession } from "./cachedReader.ts";
import type { AdaptedSession, TokenTree } from "./tokenTree.ts";
import type { TopLogProbabilities } from "./topLogProbabilities.ts";
import { mostCached } from "../graphs/inferenceGraph.ts";
import { floats, int32s, int64s } from "../../runtime/session.ts";
import { maskOf } from "./tokenNode.ts";

export function decoderTree(config: DecoderConfig, session: AdaptedSession, top: TopLogProbabilities): TokenTree {
  const place: CachedSession["place"] = (nodes, { length: total }, prompt) => ({
    positions: int64s(
      BigInt64Array.from(nodes, ({ position }) => BigInt(position)),
      [1, nodes.length],
    ),
    mask: floats(maskOf(nodes, total), [1, 1, nodes.length, total]),
    last_positions: int32s(Int32Array.of(total - 1), [1]),
    total_length: int32s(Int32Array.of(total), []),
    ...feedsOf(embeddingValues(nodes.length, config.hiddenSize, prompt)),
  });
  const reader = cachedReader(config, { ...session, place }, mostCached(config));
  return {
    vocabularySize: config.vocabularySize,
    hasEncoder: false,
    mostTokens: mostCached(config),
    breadth: reader.breadth,
    get contextLength() {
      return reader.contextLength;
    },
    get longestPrompt() {
      return reader.contextLength;
    },
    addPrompt: async (prompt) => ({ parent: await reader.start(), ids: prompt }),
    read: reader.read,
    topLogProbabilities: top.find,
    useAdapters: reader.useAdapters,
    release: async () => {
      await session.release();
      await top.release();
    },
  };
}
