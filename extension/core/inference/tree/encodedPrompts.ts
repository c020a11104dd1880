/** The prompts that an encoder has read. Each is read once; its keys and values stay as long as a continuation needs them. */

import type { PromptAdapter } from "../../adapters/methods/prompt.ts";
import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { embeddingValues } from "../../adapters/servedVirtualTokens.ts";
import { masked } from "../../graph/composites/attention.ts";
import type { EncoderDecoderConfig } from "../../architectures/config.ts";
import { floats, int64s } from "../../runtime/session.ts";
import { feedsOf, type Feeds } from "../graphs/adapterFeeds.ts";
import { joined, type KeyValues } from "./keyValueCache.ts";
import { rootAfter, rootOf, type TokenNode } from "./tokenNode.ts";
import { contextFull, type TreeSession } from "./tokenTree.ts";

interface Encoded {
  readonly text: readonly number[];
  /** The number of tokens, virtual tokens included. */
  readonly length: number;
  readonly values: KeyValues;
}

export interface EncodedPrompts {
  /** Returns the root of the continuations of a prompt; `parent` is the node that all texts follow. */
  rootFor(text: readonly number[], parent: TokenNode): Promise<TokenNode>;
  /** Drops the prompts that none of `nodes` continues. */
  keepOnly(nodes: readonly TokenNode[]): void;
  /** Returns the decoder's inputs: all prompts concatenated, and the mask that shows each of `nodes` its own prompt. */
  feeds(nodes: readonly TokenNode[]): Feeds;
  /** @param virtual virtual tokens to read in front of every prompt */
  useAdapters(active: readonly ActiveAdapter[], virtual: PromptAdapter | undefined): void;
}

export function encodedPrompts(config: EncoderDecoderConfig, encoder: TreeSession): EncodedPrompts {
  let virtual: PromptAdapter | undefined;
  /** The prompts by the roots of their continuations, in the order of `together`. */
  let prompts = new Map<TokenNode, Encoded>();
  let together: KeyValues | undefined;

  const encode = async (text: readonly number[]): Promise<Encoded> => {
    const length = (virtual?.tokens ?? 0) + text.length;
    if (length > config.contextLength) throw contextFull(length, config.contextLength);
    const ids = new BigInt64Array(length);
    ids.set(BigInt64Array.from(text, BigInt), length - text.length);
    const values = await encoder.run({
      ...feedsOf(embeddingValues(length, config.hiddenSize, virtual)),
      ids: int64s(ids, [1, length]),
      positions: int64s(BigInt64Array.from(ids.keys(), BigInt), [length]),
    });
    return { text: [...text], length, values };
  };

  return {
    rootFor: async (text, parent) => {
      const [known] = [...prompts].find(([, prompt]) => same(prompt.text, text)) ?? [];
      if (known) return known;
      const read = await encode(text);
      const root = rootAfter(parent);
      prompts.set(root, read);
      together = undefined;
      return root;
    },
    keepOnly: (nodes) => {
      const needed = new Set(nodes.map(rootOf));
      const rest = [...prompts].filter(([root]) => needed.has(root));
      if (rest.length === prompts.size) return;
      prompts = new Map(rest);
      together = undefined;
    },
    feeds: (nodes) => {
      const all = [...prompts.values()];
      together ??= joined(all.map(({ values, length }) => ({ from: values, first: 0, end: length })));
      return { ...together, encoded_mask: maskOver(prompts, nodes) };
    },
    useAdapters: (active, tokens) => {
      virtual = tokens;
      encoder.useAdapters(active);
      prompts = new Map();
      together = undefined;
    },
  };
}

/** Returns a mask [1, 1, nodes, tokens of all prompts]: 0 over the prompt that a node continues, {@link masked} elsewhere. */
function maskOver(prompts: ReadonlyMap<TokenNode, Encoded>, nodes: readonly TokenNode[]): Feeds[string] {
  const total = [...prompts.values()].reduce((sum, { length }) => sum + length, 0);
  const mask = new Float32Array(nodes.length * total).fill(masked);
  for (const [i, node] of nodes.entries()) {
    const root = rootOf(node);
    let first = i * total;
    for (const [other, { length }] of prompts) {
      if (other === root) mask.fill(0, first, first + length);
      first += length;
    }
  }
  return floats(mask, [1, 1, nodes.length, total]);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
