/** A base that reads and continues one sequence of tokens. Knows ids, not text, and leaves the choice of tokens to others. */

import { basename, dirname } from "node:path";
import type { Adapter } from "../adapters/adapter.ts";
import { slotValues, type ActiveAdapter } from "../adapters/servingSlots.ts";
import { internalError, UserError } from "../base/errors.ts";
import type { InstalledBase } from "../bases/installedBase.ts";
import { storedWeights } from "../models/storedWeights.ts";
import { inferenceGraph } from "./inferenceGraph.ts";
import { emptyCache, selected, truncated, type KeyValueCache } from "./keyValueCache.ts";
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
  /** Goes on from the sequence in several ways at once. The sequence itself stays as it is. */
  branch(): Branches;
  /** Forgets all but the first `length` tokens. */
  rewind(length: number): void;
  /** Computes with these adapters from now on, which must fit the base. Forgets the sequence, which others have seen. */
  useAdapters(active: readonly ActiveAdapter[]): void;
  release(): Promise<void>;
}

/** Continuations of one sequence, side by side; at first only one, the sequence as it is. */
export interface Branches {
  /**
   * Branch i becomes what branch `parents[i]` was, with the token `tokens[i]` behind it; branches that are no parent end.
   *
   * @returns the logits behind each, [branches, vocabulary]
   */
  extend(parents: readonly number[], tokens: readonly number[]): Promise<Float32Array>;
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

  /** Appends `ids` [sequences][tokens] to `past`; the logits are those of `rows`, counted over all appended tokens. */
  const run = async (
    past: KeyValueCache,
    ids: readonly (readonly number[])[],
    rows: readonly number[],
  ): Promise<{ logits: Float32Array; cache: KeyValueCache }> => {
    const [sequences, appended] = [ids.length, ids[0]!.length];
    const length = past.length + appended;
    const results = await session.run({
      ...slots,
      ...past.past,
      ids: int64s(BigInt64Array.from(ids.flat(), BigInt), [sequences, appended]),
      last_positions: int32s(new Int32Array(sequences).fill(length - 1), [sequences]),
      total_length: int32s(Int32Array.of(length), []),
      rows: int64s(BigInt64Array.from(rows, BigInt), [rows.length]),
    });
    return { logits: floatsOf(results["logits"]), cache: { length, past: pastOf(results) } };
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

  return {
    vocabularySize: config.vocabularySize,
    contextLength: config.contextLength,
    get tokens() {
      return tokens;
    },
    extend: async (ids, signal) => (await read(ids, (chunk) => [chunk.length - 1], signal)).at(-1)!,
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
