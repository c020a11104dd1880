/**
 * The token tree: all tokens that a model has read and can continue. Prompts and continuations with a common beginning share
 * nodes. The tree hides whether the model has an encoder. It handles ids, not text, and does not choose tokens.
 */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { AdaptedSession } from "../graphs/adaptedSession.ts";
import type { TokenNode } from "./tokenNode.ts";
import type { TopTokens } from "./topLogProbabilities.ts";

/** Tokens to read (at least one) and the node that they follow. */
export interface Span {
  readonly parent: TokenNode;
  readonly ids: readonly number[];
  /** The number of last tokens whose logits to return; 1 by default. No other span may ask for the same tokens. */
  readonly asked?: number;
}

export interface ReadOptions {
  /** Nodes to keep besides the parents of the spans. The tree may drop all others. */
  readonly kept?: readonly TokenNode[];
  readonly signal?: AbortSignal | undefined;
}

export interface Reading {
  /** The last token of each span. */
  readonly leaves: readonly TokenNode[];
  /** The logits after the tokens that the spans ask for, span by span, [asked, vocabulary]. */
  readonly logits: Float32Array;
}

export interface TokenTree {
  readonly vocabularySize: number;
  /** Whether an encoder reads prompts. If so, prompts are not part of the generated text, and have a context of their own. */
  readonly hasEncoder: boolean;
  /** The maximum length of a text, in tokens. */
  readonly contextLength: number;
  /** The maximum length of a prompt without a continuation in the same text, in tokens. */
  readonly longestPrompt: number;
  /** The capacity of the tree, in tokens. It can hold more tokens than one text. */
  readonly mostTokens: number;
  /** The number of tokens beyond which attention over all of them costs more than batching saves. */
  readonly breadth: number;
  /**
   * Returns the span to read in order to continue `prompt`. An encoder, if there is one, reads the prompt here.
   *
   * @throws UserError "context-full" if the prompt is too long for the encoder
   */
  addPrompt(prompt: readonly number[]): Promise<Span>;
  /**
   * Reads spans, and as few tokens as possible: the tokens that a span asks for are always read, earlier tokens only if they
   * are not in the tree, and a common beginning of several spans once.
   *
   * @throws AbortError between pieces once the signal is aborted; the tokens that were already read stay in the tree.
   * @throws UserError "context-full" if a text would outgrow the context
   */
  read(spans: readonly Span[], options?: ReadOptions): Promise<Reading>;
  /** Returns the `count` most probable tokens of each row of logits [rows, vocabulary]. */
  topLogProbabilities(logits: Float32Array, count: number): Promise<readonly TopTokens[]>;
  /**
   * Continues with the tokens of another text, such as another file, and keeps those of the last few texts. Nodes of one
   * text cannot be read in another. Absent if the tree keeps the tokens of only one text.
   */
  switchTo?(text: string): void;
  /** Switches to these adapters, which must fit the base. Clears the tree. */
  useAdapters(active: readonly ActiveAdapter[]): void;
  release(): Promise<void>;
}

export function contextFull(wanted: number, limit: number): UserError {
  const message = say`Cannot read ${wanted} tokens at once: this base's context holds ${limit}.`;
  return new UserError("context-full", message, say`Shorten the prompt, or ask for fewer tokens.`);
}

export interface TreeSession extends AdaptedSession {
  /** The most tokens to read in one run. */
  readonly tokensPerRun: number;
}
