/**
 * A protocol: how to prompt for an item, where a prediction ends, and what is compared. Knows no model and no tokens.
 */

import type { CodeBleuBehaviour } from "../measures/codebleu/codeBleu.ts";

/** An instruction and the code that answers it. */
export interface Pair {
  readonly intent: string;
  readonly code: string;
}

export interface Protocol {
  /**
   * Returns the text to continue. `examples`, nearest or first drawn first, precede the item; an empty list means
   * zero-shot. Undefined means a model that was trained on such items and needs neither examples nor an explanation.
   */
  prompt(intent: string, examples?: readonly Pair[]): string;
  /** A beam ends when it contains one of these, or the model's own end of text. */
  readonly stops: readonly string[];
  readonly maxNewTokens: number;
  /** Whether an encoder-decoder (CodeT5+) fills a gap at the prompt's end. */
  readonly gap: boolean;
  /** The part that a prompt loses if it exceeds the context: its first tokens, or whole examples, the last first. */
  readonly givesWay: "start" | "examples";
  /** Returns the part of a generated text that counts, without special tokens. */
  readonly prediction: (text: string) => string;
  /** Returns the text that predictions are compared with. */
  reference(code: string): string;
  /** The implementation of CodeBLEU that the authors measured with. */
  readonly codeBleu: CodeBleuBehaviour;
}

/** The name of the token that marks the gap. */
export const gapToken = "<extra_id_0>";
