/** Where new tokens stand, as inputs of the graph of a model without an encoder. */

import type { PromptAdapter } from "../../adapters/adapter.ts";
import { embeddingValues } from "../../adapters/virtualTokens.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { floats, int32s, int64s } from "../../runtime/session.ts";
import { feedsOf, type Feeds } from "../graphs/adapterFeeds.ts";
import { maskOf, type TokenNode } from "./tokenNode.ts";

/**
 * @param total how many tokens are in the cache then; `nodes` are the last of them
 * @param prompt whose virtual tokens `nodes` are, if they are
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
