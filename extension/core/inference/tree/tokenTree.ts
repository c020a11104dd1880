/**
 * The token tree: all tokens that a model has read and may go on from. Prompts and continuations that begin alike share nodes. It
 * hides whether the model has an encoder. Knows ids, not text, and chooses no token.
 */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { UserError } from "../../foundation/errors.ts";
import type { Session } from "../../runtime/session.ts";
import type { Feeds } from "../graphs/adapterFeeds.ts";
import type { TokenNode } from "./tokenNode.ts";
import type { TopTokens } from "./topLogProbabilities.ts";

/** Tokens to read, at least one, and the node that they follow. */
export interface Span {
  readonly parent: TokenNode;
  readonly ids: readonly number[];
}

export interface ReadOptions {
  /** Nodes to keep, besides those that the spans follow; all others are forgotten sooner or later. */
  readonly kept?: readonly TokenNode[];
  /** Whether to give the logits after every token, not just after the last of each span. */
  readonly every?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Reading {
  /** The last token of each span. */
  readonly leaves: readonly TokenNode[];
  /** The logits after the last token of each span, [spans, vocabulary]; or after every token, in the same order. */
  readonly logits: Float32Array;
}

export interface TokenTree {
  readonly vocabularySize: number;
  /** Whether an encoder reads prompts: they are no part of the text that is written then, and have as much room of their own. */
  readonly hasEncoder: boolean;
  /** The most tokens that a text may have. */
  readonly contextLength: number;
  /** The most tokens that a prompt may have, if nothing is written after it in the same text. */
  readonly longestPrompt: number;
  /** The most tokens that the tree can hold; some more than one text may have. */
  readonly mostTokens: number;
  /** How many tokens to hold at most before attention over all of them costs more than reading side by side saves. */
  readonly breadth: number;
  /**
   * Returns the span to read in order to continue `prompt`. An encoder reads its prompt here.
   *
   * @throws UserError "context-full" where the prompt is too long for an encoder
   */
  addPrompt(prompt: readonly number[]): Promise<Span>;
  /**
   * Reads spans, in as few new tokens as possible: only the last token of each span is always read; known tokens before it are
   * found in the tree, and a common beginning of several spans is read once. With `every`, all tokens are read.
   *
   * @throws AbortError between pieces once the signal is aborted; what has been read by then stays in the tree.
   * @throws UserError "context-full" where a text would outgrow the context
   */
  read(spans: readonly Span[], options?: ReadOptions): Promise<Reading>;
  /** The `count` most probable tokens of each row of logits [rows, vocabulary]. */
  topLogProbabilities(logits: Float32Array, count: number): Promise<readonly TopTokens[]>;
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
