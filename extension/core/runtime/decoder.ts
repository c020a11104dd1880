/** A base that reads and continues one sequence of tokens. Knows ids, not text, and leaves the choice of tokens to others. */

import { basename, dirname } from "node:path";
import type { Adapter } from "../adapters/adapter.ts";
import { slotValues, type ActiveAdapter } from "../adapters/servingSlots.ts";
import { internalError, UserError } from "../base/errors.ts";
import type { InstalledBase } from "../bases/installedBase.ts";
import { storedWeights } from "../models/storedWeights.ts";
import { inferenceGraph } from "./inferenceGraph.ts";
import { emptyCache, truncated, type KeyValueCache } from "./keyValueCache.ts";
import { floats, floatsOf, int32s, int64s, openSession, type RuntimeTensor } from "./session.ts";

export interface Decoder {
  readonly vocabularySize: number;
  /** The most tokens that the sequence may have. */
  readonly contextLength: number;
  /** The sequence so far. */
  readonly tokens: readonly number[];
  /**
   * Appends `ids` (at least one) and returns the logits [vocabulary] that follow the last.
   *
   * @throws AbortError between chunks once `signal` is aborted; the tokens of finished chunks stay.
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

export interface DecoderOptions {
  readonly threads?: number;
}

/** How many tokens one run reads: long enough to be fast, short enough to notice a cancellation soon. */
const chunkLength = 256;

export async function openDecoder(base: InstalledBase, options: DecoderOptions = {}): Promise<Decoder> {
  const { config } = base;
  const { model, sites } = inferenceGraph(config, storedWeights(base.tensors), basename(base.weightsPath));
  const session = await openSession(model, {
    ...options,
    purpose: "inference",
    weightFolder: dirname(base.weightsPath),
  });
  const feedsOf = (active: readonly ActiveAdapter[]): Record<string, RuntimeTensor> => {
    const values = Object.entries(slotValues(sites, active));
    return Object.fromEntries(values.map(([name, slot]) => [name, floats(slot.values, slot.shape)]));
  };
  const remembered = new WeakMap<Adapter, { scale: number; feeds: Record<string, RuntimeTensor> }>();
  const baseFeeds = feedsOf([]);
  let slots = baseFeeds;
  let tokens: number[] = [];
  let cache: KeyValueCache = emptyCache(config);

  const run = async (ids: readonly number[], rows: readonly number[]): Promise<Float32Array> => {
    cache = truncated(cache, tokens.length);
    const total = tokens.length + ids.length;
    const results = await session.run({
      ...slots,
      ...cache.past,
      ids: int64s(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      last_positions: int32s(Int32Array.of(total - 1), [1]),
      total_length: int32s(Int32Array.of(total), []),
      rows: int64s(BigInt64Array.from(rows, BigInt), [rows.length]),
    });
    cache = { length: total, past: pastOf(results) };
    tokens = [...tokens, ...ids];
    return floatsOf(results["logits"]);
  };

  /** Runs chunk by chunk; `rowsOf` says which of a chunk's positions need logits. */
  const read = async (
    ids: readonly number[],
    rowsOf: (chunk: readonly number[], isLast: boolean) => readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    if (ids.length === 0) throw internalError("nothing to extend the sequence with");
    if (tokens.length + ids.length > config.contextLength)
      throw contextFull(tokens.length + ids.length, config.contextLength);
    const logits: Float32Array[] = [];
    for (let start = 0; start < ids.length; start += chunkLength) {
      signal?.throwIfAborted();
      const chunk = ids.slice(start, start + chunkLength);
      logits.push(await run(chunk, rowsOf(chunk, start + chunkLength >= ids.length)));
    }
    return logits;
  };

  return {
    vocabularySize: config.vocabularySize,
    contextLength: config.contextLength,
    get tokens() {
      return tokens;
    },
    extend: async (ids, signal) => (await read(ids, (chunk) => [chunk.length - 1], signal)).at(-1)!,
    extendAll: async (ids, signal) => joined(await read(ids, (chunk) => [...chunk.keys()], signal)),
    rewind: (length) => {
      tokens = tokens.slice(0, length);
    },
    useAdapters: (active) => {
      slots = baseFeeds;
      const [first, ...others] = active;
      if (first && others.length === 0) {
        const known = remembered.get(first.adapter);
        slots = known?.scale === first.scale ? known.feeds : feedsOf(active);
        remembered.set(first.adapter, { scale: first.scale, feeds: slots });
      } else if (first) slots = feedsOf(active);
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

function contextFull(wanted: number, limit: number): UserError {
  const message = `Cannot read ${wanted} tokens at once: this base's context holds ${limit}.`;
  return new UserError("context-full", message, "Shorten the prompt, or ask for fewer tokens.");
}
