/** One sequence of tokens over a session that takes and gives a KV cache. Adapters are tensors to feed, or virtual tokens in front. */

import { internalError, UserError } from "../base/errors.ts";
import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import type { PromptAdapter } from "../adapters/adapter.ts";
import { virtualTokensOf, type VirtualTokens } from "../adapters/virtualTokens.ts";
import type { ModelConfig } from "../models/config.ts";
import type { Feeds } from "./adapterFeeds.ts";
import type { Decoder } from "./decoder.ts";
import { emptyCache, prefixCache, selected, truncated, type KeyValueCache } from "./keyValueCache.ts";
import { floatsOf, int64s, type RuntimeTensor, type Session } from "./session.ts";

export interface CachedSession extends Session {
  /**
   * What tells the graph where `appended` tokens stand behind `past` others, in each of `sequences` sequences; and that they
   * are the virtual ones of `prompt`, if it is given.
   */
  place(sequences: number, past: number, appended: number, prompt?: PromptAdapter): Feeds;
  adapterFeeds(active: readonly ActiveAdapter[]): Feeds;
}

/** How many tokens one run reads: long enough to be fast, short enough to notice a cancellation soon. */
const chunkLength = 256;

export function cachedDecoder(config: ModelConfig, session: CachedSession): Decoder {
  let slots = session.adapterFeeds([]);
  let tokens: number[] = [];
  /** Stand in front of all tokens and are no part of the sequence. */
  let virtual: VirtualTokens | null = null;
  /** Of the virtual tokens and `tokens`, or more; undefined before the first run. */
  let cache: KeyValueCache | undefined;

  /** Appends `ids` [sequences][tokens] to `past`; the logits are those of `rows`, counted over all appended tokens. */
  const run = async (
    past: KeyValueCache,
    ids: readonly (readonly number[])[],
    rows: readonly number[],
    prompt?: PromptAdapter,
  ): Promise<{ logits: Float32Array; cache: KeyValueCache }> => {
    const [sequences, appended] = [ids.length, ids[0]!.length];
    const results = await session.run({
      ...slots,
      ...past.past,
      ...session.place(sequences, past.length, appended, prompt),
      ids: int64s(BigInt64Array.from(ids.flat(), BigInt), [sequences, appended]),
      rows: int64s(BigInt64Array.from(rows, BigInt), [rows.length]),
    });
    return { logits: floatsOf(results["logits"]), cache: { length: past.length + appended, past: pastOf(results) } };
  };

  /** The cache before the first token. */
  const start = async (): Promise<KeyValueCache> => {
    if (virtual?.method === "prefix") return prefixCache(config, virtual);
    const empty = emptyCache(config);
    if (!virtual) return empty;
    const ids = Array.from({ length: virtual.tokens }, () => 0);
    return (await run(empty, [ids], [0], virtual)).cache;
  };
  const room = (): number => config.contextLength - (virtual?.tokens ?? 0);

  /** Runs chunk by chunk; `rowsOf` says which of a chunk's positions need logits. */
  const read = async (
    ids: readonly number[],
    rowsOf: (chunk: readonly number[]) => readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    if (ids.length === 0) throw internalError("nothing to extend the sequence with");
    if (tokens.length + ids.length > room()) throw contextFull(tokens.length + ids.length, room());
    const logits: Float32Array[] = [];
    let past = known(cache ?? (await start()));
    for (let first = 0; first < ids.length; first += chunkLength) {
      signal?.throwIfAborted();
      const chunk = ids.slice(first, first + chunkLength);
      const result = await run(past, [chunk], rowsOf(chunk));
      cache = past = result.cache;
      tokens = tokens.concat(chunk);
      logits.push(result.logits);
    }
    return logits;
  };

  const known = (all: KeyValueCache): KeyValueCache => truncated(all, (virtual?.tokens ?? 0) + tokens.length);
  const rewind = (length: number): void => {
    tokens = tokens.slice(0, length);
  };
  const extend: Decoder["extend"] = async (ids, signal) =>
    (await read(ids, (chunk) => [chunk.length - 1], signal)).at(-1)!;

  return {
    vocabularySize: config.vocabularySize,
    hasEncoder: false,
    get contextLength() {
      return room();
    },
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
      if (!cache) throw internalError("asked to branch off nothing");
      let branches = known(cache);
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
      virtual = virtualTokensOf(active);
      slots = session.adapterFeeds(active);
      tokens = [];
      cache = undefined;
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
