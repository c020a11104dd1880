/** One sequence of tokens over a forest: its last token, and how it goes on. Leaves the choice of tokens to others. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { internalError, isCancelled } from "../../foundation/errors.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { Chain, TokenForest } from "./forest.ts";
import { openForest, type ForestOptions } from "./openForest.ts";
import { descend, tokensTo, type TokenNode } from "./tokenNode.ts";

export interface Decoder {
  readonly vocabularySize: number;
  /** Whether an encoder reads the prompt: it is no part of the sequence then, and has as much room of its own. */
  readonly hasEncoder: boolean;
  /** The most tokens that the sequence may have. */
  readonly contextLength: number;
  /** The sequence so far. Where an encoder reads the prompt, only what is behind it. */
  readonly tokens: readonly number[];
  /**
   * Makes `prompt` (at least one token) what is continued, over as few new tokens as possible, and returns the logits
   * [vocabulary] that follow it.
   *
   * @throws as {@link extend}
   */
  begin(prompt: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /**
   * Appends `ids` (at least one) and returns the logits [vocabulary] that follow the last.
   *
   * @throws AbortError between pieces once `signal` is aborted; the tokens of finished pieces stay.
   * @throws UserError "context-full" where the sequence would outgrow the context.
   */
  extend(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /** As {@link extend}, with the logits of every appended position, [ids, vocabulary]. */
  extendAll(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
  /** Forgets all but the first `length` tokens. */
  rewind(length: number): void;
  /** Computes with these adapters from now on, which must fit the base. Forgets the sequence, which others have seen. */
  useAdapters(active: readonly ActiveAdapter[]): void;
  release(): Promise<void>;
}

export async function openDecoder(base: InstalledBase, options: ForestOptions = {}): Promise<Decoder> {
  return decoderOver(await openForest(base, options));
}

/** Nobody else may read in the forest while a sequence is to go on; {@link Decoder.begin} copes with whatever has been read. */
export function decoderOver(forest: TokenForest): Decoder {
  /** Undefined before anything is read. */
  let last: TokenNode | undefined;

  const read = async (chain: Chain, every: boolean, signal: AbortSignal | undefined): Promise<Float32Array> => {
    try {
      const { ends, logits } = await forest.read([chain], { every, signal });
      last = ends[0]!;
      return logits;
    } catch (error) {
      if (isCancelled(error)) last = descend(chain.behind, chain.ids);
      throw error;
    }
  };
  const append = async (ids: readonly number[], every: boolean, signal?: AbortSignal): Promise<Float32Array> => {
    if (!last && forest.hasEncoder) throw internalError("asked to write before a prompt was read");
    const behind = last ?? (await forest.plant([])).behind;
    return await read({ behind, ids }, every, signal);
  };

  return {
    vocabularySize: forest.vocabularySize,
    hasEncoder: forest.hasEncoder,
    get contextLength() {
      return forest.contextLength;
    },
    get tokens() {
      return last ? tokensTo(last) : [];
    },
    begin: async (prompt, signal) => {
      signal?.throwIfAborted();
      return await read(await forest.plant(prompt), false, signal);
    },
    extend: (ids, signal) => append(ids, false, signal),
    extendAll: (ids, signal) => append(ids, true, signal),
    rewind: (length) => {
      for (let extra = last ? tokensTo(last).length - length : 0; extra > 0; extra--) last = last!.parent!;
    },
    useAdapters: (active) => {
      forest.useAdapters(active);
      last = undefined;
    },
    release: () => forest.release(),
  };
}
