/** What a protocol fixes: how an item is put to a model, where it stops, and what is compared. It knows no model and no tokens. */

import { graft } from "./graft.ts";
import { paperV2, paperV3 } from "./paper.ts";

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
  /** What counts of a generated text, special tokens left out. */
  prediction(text: string): string;
  /** What it is compared with. */
  reference(code: string): string;
}

export const protocols = { "paper-v2": paperV2, "paper-v3": paperV3, graft } as const;

/** As encoder-decoders (CodeT5+) are given a prompt: with a gap at its end, to be filled. */
export function withGap(prompt: string): string {
  return `${prompt}<extra_id_0>`;
}
