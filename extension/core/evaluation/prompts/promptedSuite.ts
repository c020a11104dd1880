/** A suite as it is put to a model: prompts, where to stop, and what is kept of what the model writes. It knows no tokens. */

import type { Problem } from "../../dataset/example.ts";
import type { Checks } from "../suites/executionTasks.ts";

export interface PromptedSuite {
  readonly name: string;
  /** Of what makes it what it is; hexadecimal. */
  readonly hash: string;
  readonly count: number;
  readonly problems: readonly Problem[];
  /** A continuation ends where one of these begins. */
  readonly stops: readonly string[];
  readonly maxNewTokens: number;
  /** Whether an encoder-decoder is given prompts with a gap at their end. */
  readonly gap: boolean;
  readonly each: () => AsyncGenerator<PromptedTask>;
}

export interface PromptedTask {
  readonly id: string;
  /** The task in words. */
  readonly intent: string;
  /** The text to go on from; should it be too long, the next is shorter. Of the last the start gives way. */
  readonly prompts: readonly string[];
  /** What counts of a generated text. */
  readonly prediction: (text: string) => string;
  /** What a prediction is compared with, or what it has to pass. */
  readonly expected: { readonly reference: string } | Passing;
}

/** Behind `before`, a prediction is a program that passes `checks`. */
export interface Passing {
  readonly before: string;
  readonly checks: Checks;
}
