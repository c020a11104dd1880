/**
 * An encoder-decoder behind the face of a decoder: the encoder reads the prompt, once, and the decoder writes behind its
 * start token. So its sequence starts anew with every prompt.
 */

import type { PromptAdapter } from "../adapters/adapter.ts";
import { embeddingValues, virtualTokensOf } from "../adapters/virtualTokens.ts";
import { internalError } from "../base/errors.ts";
import type { EncoderDecoderConfig } from "../models/config.ts";
import { feedsOf, type Feeds } from "./adapterFeeds.ts";
import { cachedDecoder, contextFull } from "./cachedDecoder.ts";
import type { AdaptedSession, Decoder } from "./decoder.ts";
import { int64s, type RuntimeTensor } from "./session.ts";

export function encoderDecoder(
  config: EncoderDecoderConfig,
  encoder: AdaptedSession,
  decoder: AdaptedSession,
): Decoder {
  let slots = encoder.adapterFeeds([]);
  /** Read by the encoder, in front of the text. */
  let prompt: PromptAdapter | undefined;
  let read: { readonly text: readonly number[]; readonly encoded: Feeds } | undefined;
  const writer = cachedDecoder(config, {
    ...decoder,
    place: (_sequences, past, appended) => {
      if (!read) throw internalError("asked to write before a prompt was read");
      return { ...read.encoded, distances: distances(past, appended) };
    },
  });
  return {
    ...writer,
    hasEncoder: true,
    get tokens() {
      return writer.tokens;
    },
    begin: async (text, signal) => {
      signal?.throwIfAborted();
      const length = (prompt?.tokens ?? 0) + text.length;
      if (length > config.contextLength) throw contextFull(length, config.contextLength);
      if (!read || !same(read.text, text)) {
        const ids = new BigInt64Array(length);
        ids.set(BigInt64Array.from(text, BigInt), length - text.length);
        const encoded = await encoder.run({
          ...slots,
          ...feedsOf(embeddingValues(length, config.hiddenSize, prompt)),
          ids: int64s(ids, [1, length]),
          distances: distances(0, length),
        });
        read = { text: [...text], encoded };
      }
      writer.rewind(0);
      return await writer.extend([config.startToken], signal);
    },
    useAdapters: (active) => {
      const virtual = virtualTokensOf(active);
      prompt = virtual?.method === "prompt" ? virtual : undefined;
      writer.useAdapters(active.filter(({ adapter }) => adapter !== prompt));
      slots = encoder.adapterFeeds(active);
      read = undefined;
    },
    release: async () => {
      await encoder.release();
      await decoder.release();
    },
  };
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** How far each of `past + appended` tokens stands behind each of the last `appended`, [appended, past + appended]. */
function distances(past: number, appended: number): RuntimeTensor {
  const total = past + appended;
  const values = BigInt64Array.from({ length: appended * total }, (_, i) => {
    return BigInt((i % total) - (past + Math.floor(i / total)));
  });
  return int64s(values, [appended, total]);
}
