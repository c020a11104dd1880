/**
 * Draft tokens: guesses of the next tokens, read in the same run as the last one. A guessed token that the strategy chooses needs no run
 * of its own; otherwise the guess is forgotten. Guesses therefore change how fast a strategy decodes, but never what it decodes. Source:
 * speculative decoding (Leviathan et al. 2022, arXiv 2211.17192), with copied text instead of a small model (Yang et al. 2023, arXiv
 * 2304.04487).
 */

import type { DraftPace } from "./draftPace.ts";

/** A guess of the next tokens. */
export interface Guess {
  readonly tokens: readonly number[];
  /** Guesses with the same evidence are right about equally often. */
  readonly evidence: number;
}

export interface DraftSource {
  /** Returns up to `most` tokens that probably follow `tokens`, all tokens after the prompt; null if there is no guess. */
  guess(tokens: readonly number[], most: number): Guess | null;
  readonly pace: DraftPace;
}
