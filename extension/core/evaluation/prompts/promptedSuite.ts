/** A suite with prompts, stop strings, and the part of a generated text that counts. Knows no tokens. */

import type { Problem } from "../../dataset/example.ts";
import type { Checks } from "../suites/executionTasks.ts";

export interface PromptedSuite {
  readonly name: string;
  /** Hash of everything that determines the suite; hexadecimal. */
  readonly hash: string;
  readonly count: number;
  readonly problems: readonly Problem[];
  /** A continuation ends before the first of these. */
  readonly stops: readonly string[];
  readonly maxNewTokens: number;
  /** Whether encoder-decoders receive prompts with a gap at their end. */
  readonly gap: boolean;
  readonly each: () => AsyncGenerator<PromptedTask>;
}

export interface PromptedTask {
  readonly id: string;
  /** The task in words. */
  readonly intent: string;
  /**
   * Texts to continue, the preferred one first. Each is shorter than the one before; if even the last is too long, it loses its first
   * tokens.
   */
  readonly prompts: readonly string[];
  /** Returns the part of a generated text that counts. */
  readonly prediction: (text: string) => string;
  /** The reference of a prediction, or the checks that it has to pass. */
  readonly expected: { readonly reference: string } | Passing;
}

/** `before` and a prediction form a program that has to pass `checks`. */
export interface Passing {
  readonly before: string;
  readonly checks: Checks;
}
