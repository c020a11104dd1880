/**
 * What every base is to those who generate: it reads tokens behind others, many at once, and says what may follow. Knows ids,
 * not text, and leaves the choice to others.
 */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { UserError } from "../../foundation/errors.ts";
import type { Feeds } from "../graphs/adapterFeeds.ts";
import type { Likely } from "./likeliest.ts";
import type { Session } from "../../runtime/session.ts";
import type { TokenNode } from "./tokenNode.ts";

/** Tokens to read, at least one, and what they stand behind. */
export interface Chain {
  readonly behind: TokenNode;
  readonly ids: readonly number[];
}

export interface ReadOptions {
  /** What shall be kept beside that which the chains stand behind; all else is forgotten, sooner or later. */
  readonly kept?: readonly TokenNode[];
  /** Whether logits are wanted behind every token, not just behind the last of each chain. */
  readonly every?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Reading {
  /** The last token of each chain. */
  readonly ends: readonly TokenNode[];
  /** What follows the last token of each chain, [chains, vocabulary]; or every token, in the same order. */
  readonly logits: Float32Array;
}

export interface TokenForest {
  readonly vocabularySize: number;
  /** Whether an encoder reads prompts: they are no part of the text that is written then, and have as much room of their own. */
  readonly hasEncoder: boolean;
  /** The most tokens that a text may have. */
  readonly contextLength: number;
  /** The most tokens that a prompt may have, if nothing is written behind it in the same text. */
  readonly longestPrompt: number;
  /** The most tokens that may stand side by side; some more than one text may have. */
  readonly mostTokens: number;
  /** How many tokens may stand side by side before their attention to each other costs more than is won. */
  readonly breadth: number;
  /**
   * What has to be read in order to go on from `prompt`. An encoder reads its prompt here.
   *
   * @throws UserError "context-full" where the prompt is too long for an encoder
   */
  plant(prompt: readonly number[]): Promise<Chain>;
  /**
   * Reads chains, in as few new tokens as possible: what has been read already is known, but for the last token of each,
   * and what several chains begin with is read once. Unless `every` is asked for.
   *
   * @throws AbortError between pieces once the signal is aborted; what has been read by then is known from then on.
   * @throws UserError "context-full" where a text would outgrow the context
   */
  read(chains: readonly Chain[], options?: ReadOptions): Promise<Reading>;
  /** The `count` likeliest tokens in each row of logits [rows, vocabulary]. */
  likeliest(logits: Float32Array, count: number): Promise<readonly Likely[]>;
  /** Computes with these adapters from now on, which must fit the base. Forgets all that has been read. */
  useAdapters(active: readonly ActiveAdapter[]): void;
  release(): Promise<void>;
}

export function contextFull(wanted: number, limit: number): UserError {
  const message = `Cannot read ${wanted} tokens at once: this base's context holds ${limit}.`;
  return new UserError("context-full", message, "Shorten the prompt, or ask for fewer tokens.");
}

/** A session, and what to feed it for adapters. */
export interface AdaptedSession extends Session {
  adapterFeeds(active: readonly ActiveAdapter[]): Feeds;
}
