/**
 * An encoder-decoder behind the face of a decoder: the encoder reads the prompt, once, and the decoder writes behind its
 * start token. So its sequence starts anew with every prompt.
 */

import { internalError, UserError } from "../base/errors.ts";
import { virtualTokensOf } from "../adapters/virtualTokens.ts";
import type { EncoderDecoderConfig } from "../models/config.ts";
import type { Feeds } from "./adapterFeeds.ts";
import { cachedDecoder, contextFull } from "./cachedDecoder.ts";
import type { AdaptedSession, Decoder } from "./decoder.ts";
import { int64s, type RuntimeTensor } from "./session.ts";

export function encoderDecoder(
  config: EncoderDecoderConfig,
  encoder: AdaptedSession,
  decoder: AdaptedSession,
): Decoder {
  let slots = encoder.adapterFeeds([]);
  let read: { readonly prompt: readonly number[]; readonly encoded: Feeds } | undefined;
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
    begin: async (prompt, signal) => {
      signal?.throwIfAborted();
      if (prompt.length > config.contextLength) throw contextFull(prompt.length, config.contextLength);
      if (!read || !same(read.prompt, prompt)) {
        const ids = int64s(BigInt64Array.from(prompt, BigInt), [1, prompt.length]);
        const encoded = await encoder.run({ ...slots, ids, distances: distances(0, prompt.length) });
        read = { prompt: [...prompt], encoded };
      }
      writer.rewind(0);
      return await writer.extend([config.startToken], signal);
    },
    useAdapters: (active) => {
      if (virtualTokensOf(active)) {
        const message =
          "Cannot use prompt or prefix tuning with this base: Graft cannot compute it with an encoder yet.";
        throw new UserError("adapter-unsupported", message, "Use LoRA or IA3 with it.");
      }
      writer.useAdapters(active);
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
