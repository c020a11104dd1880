/** A prompt as people read it: its text with markers by name, and how many tokens of it are from where. */

import type { Copy, Snippet } from "../../repository/repositoryQuery.ts";
import { namedText } from "../../tokenizer/namedText.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";

/** What a completer keeps of its last request. */
export interface ReadPrompt {
  readonly ids: readonly number[];
  readonly requiredText: string;
  readonly context: readonly Snippet[];
  readonly copies: readonly Copy[];
}

export interface ShownPrompt {
  /** With the names of special tokens where they stand. */
  readonly text: string;
  readonly tokens: number;
  /** The end of the prefix that the model writes again (token healing). */
  readonly requiredText: string;
  readonly context: readonly Snippet[];
  readonly copies: readonly Copy[];
}

export function shownPrompt(tokenizer: Tokenizer, { ids, ...rest }: ReadPrompt): ShownPrompt {
  return { ...rest, text: namedText(tokenizer, ids), tokens: ids.length };
}
