/** A base that reads and continues one sequence of tokens. Knows ids, not text, and leaves the choice of tokens to others. */

import { basename, dirname } from "node:path";
import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import { embeddingValues } from "../adapters/virtualTokens.ts";
import type { InstalledBase } from "../bases/installedBase.ts";
import { isEncoderDecoder } from "../models/config.ts";
import { storedWeights } from "../models/storedWeights.ts";
import { adapterFeeds, feedsOf, type Feeds } from "./adapterFeeds.ts";
import { cachedDecoder } from "./cachedDecoder.ts";
import { encoderDecoder } from "./encoderDecoder.ts";
import { encoderDecoderGraphs } from "./encoderDecoderGraphs.ts";
import { inferenceGraph, type InferenceGraph } from "./inferenceGraph.ts";
import { int32s, openSession, type Session } from "./session.ts";

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

export async function openDecoder(base: InstalledBase, options: DecoderOptions = {}): Promise<Decoder> {
  const { config, weightsPath } = base;
  const weights = storedWeights(base.tensors);
  const open = async ({ model, sites }: InferenceGraph): Promise<AdaptedSession> => {
    const session = await openSession(model, { ...options, purpose: "inference", weightFolder: dirname(weightsPath) });
    return { ...session, adapterFeeds: adapterFeeds(sites) };
  };
  if (isEncoderDecoder(config)) {
    const { encoder, decoder } = encoderDecoderGraphs(config, weights, basename(weightsPath));
    return encoderDecoder(config, await open(encoder), await open(decoder));
  }
  const session = await open(inferenceGraph(config, weights, basename(weightsPath)));
  return cachedDecoder(config, {
    ...session,
    place: (sequences, past, appended, prompt) => ({
      ...placeOf(sequences, past, appended),
      ...feedsOf(embeddingValues(appended, config.hiddenSize, prompt)),
    }),
  });
}

/** A session, and what to feed it for adapters. */
export interface AdaptedSession extends Session {
  adapterFeeds(active: readonly ActiveAdapter[]): Feeds;
}

/** Positions as grouped-query attention wants them. */
function placeOf(sequences: number, past: number, appended: number): Feeds {
  const length = past + appended;
  return {
    last_positions: int32s(new Int32Array(sequences).fill(length - 1), [sequences]),
    total_length: int32s(Int32Array.of(length), []),
  };
}
