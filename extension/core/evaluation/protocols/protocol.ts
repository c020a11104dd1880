/** What a protocol fixes: how an item is put to a model, where it stops, and what is compared. It knows no model and no tokens. */

import type { CodeBleuBehaviour } from "../measures/codebleu/codeBleu.ts";

/** An instruction and the code that answers it. */
export interface Pair {
  readonly intent: string;
  readonly code: string;
}

export interface Protocol {
  /**
   * The text to go on from. `examples`, nearest or first drawn first, stand before the item; none of them is zero-shot.
   * Undefined says that the model has been trained on such items, and needs neither examples nor a word of explanation.
   */
  prompt(intent: string, examples?: readonly Pair[]): string;
  /** A beam is done when it holds one of these, or the model's own end of text. */
  readonly stops: readonly string[];
  readonly maxNewTokens: number;
  /** Whether an encoder-decoder (CodeT5+) is given the prompt with a gap at its end, to be filled. */
  readonly gap: boolean;
  /** What gives way where prompt and answer exceed the context: the prompt's first tokens, or whole examples, the last first. */
  readonly givesWay: "start" | "examples";
  /** What counts of a generated text, special tokens left out. */
  readonly prediction: (text: string) => string;
  /** What it is compared with. */
  reference(code: string): string;
  /** The implementation of CodeBLEU that the protocol was measured with. */
  readonly codeBleu: CodeBleuBehaviour;
}

/** The name of the token that marks the gap. */
export const gapToken = "<extra_id_0>";
