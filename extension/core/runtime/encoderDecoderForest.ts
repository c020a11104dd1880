/**
 * A forest over an encoder-decoder: the encoder reads a prompt, once, and a tree of its own grows behind it, from the start
 * token on.
 */

import type { PromptAdapter } from "../adapters/methods/prompt.ts";
import { embeddingValues, virtualTokensOf } from "../adapters/virtualTokens.ts";
import { masked } from "../graph/composites/attention.ts";
import type { EncoderDecoderConfig } from "../architectures/config.ts";
import { feedsOf, type Feeds } from "./adapterFeeds.ts";
import { cachedReader } from "./cachedReader.ts";
import { contextFull, type AdaptedSession, type TokenForest } from "./forest.ts";
import { joined, type KeyValues } from "./keyValueCache.ts";
import type { Likeliest } from "./likeliest.ts";
import { floats, int64s, type RuntimeTensor } from "./session.ts";
import { maskOf, rootBehind, rootOf, type TokenNode } from "./tokenNode.ts";

/** A prompt that the encoder has read. */
interface Encoded {
  readonly text: readonly number[];
  /** How many tokens it has, virtual ones included. */
  readonly length: number;
  readonly values: KeyValues;
}

export function encoderDecoderForest(
  config: EncoderDecoderConfig,
  encoder: AdaptedSession,
  decoder: AdaptedSession,
  likeliest: Likeliest,
): TokenForest {
  let slots = encoder.adapterFeeds([]);
  /** Read by the encoder, in front of the text. */
  let prompt: PromptAdapter | undefined;
  /** By the roots of the texts behind them, in the order of `together`. */
  let prompts = new Map<TokenNode, Encoded>();
  let together: KeyValues | undefined;

  const encodedFeeds = (nodes: readonly TokenNode[]): Feeds => {
    const all = [...prompts.values()];
    together ??= joined(all.map(({ values, length }) => ({ from: values, first: 0, end: length })));
    const total = all.reduce((sum, { length }) => sum + length, 0);
    const mask = new Float32Array(nodes.length * total).fill(masked);
    for (const [i, node] of nodes.entries()) {
      const root = rootOf(node);
      let first = i * total;
      for (const [other, { length }] of prompts) {
        if (other === root) mask.fill(0, first, first + length);
        first += length;
      }
    }
    return { ...together, encoded_mask: floats(mask, [1, 1, nodes.length, total]) };
  };
  const writer = cachedReader(config, {
    ...decoder,
    place: (nodes, entries) => ({
      positions: positionsOf(nodes),
      key_positions: positionsOf(entries),
      mask: floats(maskOf(nodes, entries.length), [1, 1, nodes.length, entries.length]),
      ...encodedFeeds(nodes),
    }),
  });

  const encode = async (text: readonly number[]): Promise<Encoded> => {
    const length = (prompt?.tokens ?? 0) + text.length;
    if (length > config.contextLength) throw contextFull(length, config.contextLength);
    const ids = new BigInt64Array(length);
    ids.set(BigInt64Array.from(text, BigInt), length - text.length);
    const values = await encoder.run({
      ...slots,
      ...feedsOf(embeddingValues(length, config.hiddenSize, prompt)),
      ids: int64s(ids, [1, length]),
      positions: int64s(BigInt64Array.from(ids.keys(), BigInt), [length]),
    });
    return { text: [...text], length, values };
  };

  return {
    vocabularySize: config.vocabularySize,
    hasEncoder: true,
    mostTokens: Infinity,
    breadth: writer.breadth,
    get contextLength() {
      return writer.contextLength;
    },
    get longestPrompt() {
      return config.contextLength - (prompt?.tokens ?? 0);
    },
    plant: async (text) => {
      let [behind] = [...prompts].find(([, known]) => same(known.text, text)) ?? [];
      if (!behind) {
        const read = await encode(text);
        behind = rootBehind(await writer.start());
        prompts.set(behind, read);
        together = undefined;
      }
      return { behind, ids: [config.startToken] };
    },
    read: async (chains, options = {}) => {
      const needed = new Set([...chains.map(({ behind }) => behind), ...(options.kept ?? [])].map(rootOf));
      const rest = [...prompts].filter(([root]) => needed.has(root));
      if (rest.length < prompts.size) {
        prompts = new Map(rest);
        together = undefined;
      }
      return await writer.read(chains, options);
    },
    likeliest: likeliest.find,
    useAdapters: (active) => {
      const virtual = virtualTokensOf(active);
      prompt = virtual?.method === "prompt" ? virtual : undefined;
      writer.useAdapters(active.filter(({ adapter }) => adapter !== prompt));
      slots = encoder.adapterFeeds(active);
      prompts = new Map();
      together = undefined;
    },
    release: async () => {
      await encoder.release();
      await decoder.release();
      await likeliest.release();
    },
  };
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

function positionsOf(nodes: readonly TokenNode[]): RuntimeTensor {
  return int64s(
    BigInt64Array.from(nodes, ({ position }) => BigInt(position)),
    [nodes.length],
  );
}
