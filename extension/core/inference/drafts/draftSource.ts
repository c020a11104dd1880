/**
 * Draft tokens: guesses of the next tokens, read in the same run as the last one. Where the strategy chooses what was guessed, it needs
 * no run; otherwise the guess is forgotten. So guesses decide how fast a strategy decodes, never what. Source: speculative decoding
 * (Leviathan et al. 2022, arXiv 2211.17192), with copied text instead of a small model (Yang et al. 2023, arXiv 2304.04487).
 */

import type { DraftPace } from "./draftPace.ts";

/** A guess of the next tokens. */
export interface Guess {
  readonly tokens: readonly number[];
  /** Guesses with the same evidence are right about equally often. */
  readonly evidence: number;
}

export interface DraftSource {
  /** Returns up to `most` tokens that probably follow `tokens`, all tokens behind the prompt; null if there is no guess. */
  guess(tokens: readonly number[], most: number): Guess | null;
  readonly pace: DraftPace;
}
