/** One sequence of tokens over a session that takes and gives a KV cache. Knows no adapters but as tensors to feed. */

import { internalError, UserError } from "../base/errors.ts";
import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import type { ModelConfig } from "../models/config.ts";
import type { Feeds } from "./adapterFeeds.ts";
import type { Decoder } from "./decoder.ts";
import { emptyCache, selected, truncated, type KeyValueCache } from "./keyValueCache.ts";
import { floatsOf, int64s, type RuntimeTensor, type Session } from "./session.ts";

export interface CachedSession extends Session {
  /** What tells the graph where `appended` tokens stand behind `past` others, in each of `sequences` sequences. */
  place(sequences: number, past: number, appended: number): Feeds;
  adapterFeeds(active: readonly ActiveAdapter[]): Feeds;
}

/** How many tokens one run reads: long enough to be fast, short enough to notice a cancellation soon. */
const chunkLength = 256;

export function cachedDecoder(config: ModelConfig, session: CachedSession): Decoder {
  let slots = session.adapterFeeds([]);
  let tokens: number[] = [];
  let cache: KeyValueCache = emptyCache(config);

  /** Appends `ids` [sequences][tokens] to `past`; the logits are those of `rows`, counted over all appended tokens. */
  const run = async (
    past: KeyValueCache,
    ids: readonly (readonly number[])[],
    rows: readonly number[],
  ): Promise<{ logits: Float32Array; cache: KeyValueCache }> => {
    const [sequences, appended] = [ids.length, ids[0]!.length];
    const results = await session.run({
      ...slots,
      ...past.past,
      ...session.place(sequences, past.length, appended),
      ids: int64s(BigInt64Array.from(ids.flat(), BigInt), [sequences, appended]),
      rows: int64s(BigInt64Array.from(rows, BigInt), [rows.length]),
    });
    return { logits: floatsOf(results["logits"]), cache: { length: past.length + appended, past: pastOf(results) } };
  };

  /** Runs chunk by chunk; `rowsOf` says which of a chunk's positions need logits. */
  const read = async (
    ids: readonly number[],
    rowsOf: (chunk: readonly number[]) => readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    if (ids.length === 0) throw internalError("nothing to extend the sequence with");
    if (tokens.length + ids.length > config.contextLength)
      throw contextFull(tokens.length + ids.length, config.contextLength);
    const logits: Float32Array[] = [];
    cache = truncated(cache, tokens.length);
    for (let start = 0; start < ids.length; start += chunkLength) {
      signal?.throwIfAborted();
      const chunk = ids.slice(start, start + chunkLength);
      const result = await run(cache, [chunk], rowsOf(chunk));
      ({ cache } = result);
      tokens = tokens.concat(chunk);
      logits.push(result.logits);
    }
    return logits;
  };

  const rewind = (length: number): void => {
    tokens = tokens.slice(0, length);
  };
  const extend: Decoder["extend"] = async (ids, signal) =>
    (await read(ids, (chunk) => [chunk.length - 1], signal)).at(-1)!;

  return {
    vocabularySize: config.vocabularySize,
    hasEncoder: false,
    contextLength: config.contextLength,
    get tokens() {
      return tokens;
    },
    begin: async (prompt, signal) => {
      let common = 0;
      // The last token is read in any case, since only reading gives logits.
      while (common < prompt.length - 1 && tokens[common] === prompt[common]) common++;
      rewind(common);
      return await extend(prompt.slice(common), signal);
    },
    extend,
    extendAll: async (ids, signal) => joined(await read(ids, (chunk) => [...chunk.keys()], signal)),
    branch: () => {
      let branches = truncated(cache, tokens.length);
      return {
        extend: async (parents, next) => {
          const ids = next.map((token) => [token]);
          if (branches.length + 1 > config.contextLength) throw contextFull(branches.length + 1, config.contextLength);
          const result = await run(selected(branches, parents), ids, [...next.keys()]);
          branches = result.cache;
          return result.logits;
        },
      };
    },
    rewind,
    useAdapters: (active) => {
      slots = session.adapterFeeds(active);
      tokens = [];
      cache = emptyCache(config);
    },
    release: () => session.release(),
  };
}

/** Each present tensor of one run is the past of the next. */
function pastOf(results: Readonly<Record<string, RuntimeTensor>>): Record<string, RuntimeTensor> {
  const present = Object.entries(results).filter(([name]) => name.startsWith("present."));
  return Object.fromEntries(present.map(([name, tensor]) => [name.replace("present.", "past."), tensor]));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

export function contextFull(wanted: number, limit: number): UserError {
  const message = `Cannot read ${wanted} tokens at once: this base's context holds ${limit}.`;
  return new UserError("context-full", message, "Shorten the prompt, or ask for fewer tokens.");
}
