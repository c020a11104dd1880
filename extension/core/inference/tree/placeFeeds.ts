/** The positions and mask of new tokens, as inputs of the graph of a decoder-only model. */

import type { PromptAdapter } from "../../adapters/methods/prompt.ts";
import { embeddingValues } from "../../adapters/servedVirtualTokens.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { floats, int32s, int64s } from "../../runtime/session.ts";
import { feedsOf, type Feeds } from "../graphs/adapterFeeds.ts";
import { maskOf, type TokenNode } from "./tokenNode.ts";

/**
 * @param total the number of tokens in the cache, `nodes` included, which are the last of them
 * @param prompt the adapter whose virtual tokens `nodes` are, if they are virtual
 */
export function placeFeeds(
  { hiddenSize }: DecoderConfig,
  nodes: readonly TokenNode[],
  total: number,
  prompt?: PromptAdapter,
): Feeds {
  return {
    positions: int64s(
      BigInt64Array.from(nodes, ({ position }) => BigInt(position)),
      [1, nodes.length],
    ),
    mask: floats(maskOf(nodes, total), [1, 1, nodes.length, total]),
    last_positions: int32s(Int32Array.of(total - 1), [1]),
    total_length: int32s(Int32Array.of(total), []),
    ...feedsOf(embeddingValues(nodes.length, hiddenSize, prompt)),
  };
}
