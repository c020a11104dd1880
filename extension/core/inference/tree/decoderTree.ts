/** The token tree of a model without an encoder: every prompt is a text like any other. */

import type { DecoderConfig } from "../../architectures/config.ts";
import { mostCached } from "../graphs/inferenceGraph.ts";
import { cachedReader } from "./cachedReader.ts";
import type { CachedSession } from "./nodeCache.ts";
import { placeFeeds } from "./placeFeeds.ts";
import type { AdaptedSession, TokenTree } from "./tokenTree.ts";
import type { TopLogProbabilities } from "./topLogProbabilities.ts";

export function decoderTree(config: DecoderConfig, session: AdaptedSession, top: TopLogProbabilities): TokenTree {
  const place: CachedSession["place"] = (nodes, { length: total }, prompt) => placeFeeds(config, nodes, total, prompt);
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
