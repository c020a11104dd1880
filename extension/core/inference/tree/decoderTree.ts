/** The token tree of a decoder-only model: prompts and continuations share one sequence. */

import type { DecoderConfig } from "../../architectures/config.ts";
import { maxCachedTokens } from "../graphs/inferenceGraph.ts";
import { cachedReader } from "./cachedReader.ts";
import type { CachedSession } from "./nodeCache.ts";
import { placeFeeds } from "./placeFeeds.ts";
import type { TokenTree, TreeSession } from "./tokenTree.ts";
import type { TopLogProbabilities } from "./topLogProbabilities.ts";

export function decoderTree(config: DecoderConfig, session: TreeSession, top: TopLogProbabilities): TokenTree {
  const place: CachedSession["place"] = (nodes, { length: total }, prompt) => placeFeeds(config, nodes, total, prompt);
  const reader = cachedReader(config, { ...session, place }, maxCachedTokens(config));
  return {
    vocabularySize: config.vocabularySize,
    hasEncoder: false,
    mostTokens: maxCachedTokens(config),
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
    switchTo: reader.switchTo,
    useAdapters: reader.useAdapters,
    release: async () => {
      await session.release();
      await top.release();
    },
  };
}
