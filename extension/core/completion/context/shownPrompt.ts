/** A prompt as people read it: its text with markers by name. */

import { namedText } from "../../tokenizer/namedText.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { Prompt } from "../prompt.ts";

export interface ShownPrompt {
  /** The text of the tokens, with special tokens shown by name. */
  readonly text: string;
  readonly tokens: number;
  /** The end of the prefix that the model writes again (token healing). */
  readonly requiredText: string;
}

export function shownPrompt(tokenizer: Tokenizer, { ids, requiredText }: Prompt): ShownPrompt {
  return { text: namedText(tokenizer, ids), tokens: ids.length, requiredText };
}
