/**
 * The token tree of an encoder-decoder. The encoder reads each prompt once; the continuations of a prompt have a root of their
 * own and begin with the start token.
 */

import { isPrompt, type PromptAdapter } from "../../adapters/methods/prompt.ts";
import { virtualTokensOf } from "../../adapters/servedVirtualTokens.ts";
import type { EncoderDecoderConfig } from "../../architectures/config.ts";
import { floats, int64s, type RuntimeTensor } from "../../runtime/session.ts";
import { cachedReader } from "./cachedReader.ts";
import { encodedPrompts } from "./encodedPrompts.ts";
import { maskOf, type TokenNode } from "./tokenNode.ts";
import type { TopLogProbabilities } from "./topLogProbabilities.ts";
import type { TokenTree, TreeSession } from "./tokenTree.ts";

export function encoderDecoderTree(
  config: EncoderDecoderConfig,
  encoder: TreeSession,
  decoder: TreeSession,
  top: TopLogProbabilities,
): TokenTree {
  /** The virtual tokens that the encoder reads in front of the text. */
  let virtual: PromptAdapter | undefined;
  const prompts = encodedPrompts(config, encoder);
  const writer = cachedReader(config, {
    ...decoder,
    place: (nodes, entries) => ({
      positions: positionsOf(nodes),
      key_positions: positionsOf(entries),
      mask: floats(maskOf(nodes, entries.length), [1, 1, nodes.length, entries.length]),
      ...prompts.feeds(nodes),
    }),
  });
  return {
    vocabularySize: config.vocabularySize,
    hasEncoder: true,
    mostTokens: Infinity,
    breadth: writer.breadth,
    get contextLength() {
      return writer.contextLength;
    },
    get longestPrompt() {
      return config.contextLength - (virtual?.tokens ?? 0);
    },
    addPrompt: async (text) => {
      return { parent: await prompts.rootFor(text, await writer.start()), ids: [config.startToken] };
    },
    read: async (spans, options = {}) => {
      prompts.keepOnly([...spans.map(({ parent }) => parent), ...(options.kept ?? [])]);
      return await writer.read(spans, options);
    },
    topLogProbabilities: top.find,
    useAdapters: (active) => {
      const tokens = virtualTokensOf(active);
      virtual = isPrompt(tokens) ? tokens : undefined;
      writer.useAdapters(active.filter(({ adapter }) => adapter !== virtual));
      prompts.useAdapters(active, virtual);
    },
    release: async () => {
      await encoder.release();
      await decoder.release();
      await top.release();
    },
  };
}

function positionsOf(nodes: readonly TokenNode[]): RuntimeTensor {
  return int64s(
    BigInt64Array.from(nodes, ({ position }) => BigInt(position)),
    [nodes.length],
  );
}
