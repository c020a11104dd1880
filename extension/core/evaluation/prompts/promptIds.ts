/** Prompts as token ids that leave room for an answer. */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { gapToken } from "../protocols/protocol.ts";

export interface PromptRoom {
  /** The most tokens of prompt and answer together; in an encoder-decoder, of each of the two. */
  readonly contextLength: number;
  readonly hasEncoder: boolean;
  /** The most tokens of the answer. */
  readonly maxTokens: number;
  /** Whether an encoder receives a gap at the prompt's end. */
  readonly gap: boolean;
}

export interface PromptIds {
  readonly ids: readonly number[];
  /** Whether the prompt was shortened. */
  readonly shortened: boolean;
}

/**
 * Returns the first of `prompts` that fits, or the end of the last. If the tokenizer cannot encode it, returns the
 * problem in words.
 */
export function promptIds(prompts: readonly string[], tokenizer: Tokenizer, room: PromptRoom): PromptIds | string {
  const { beginning, ending, specialIds } = tokenizer;
  const gapId = room.hasEncoder && room.gap ? tokenizer.id(gapToken) : undefined;
  const end = gapId === undefined ? [] : [gapId];
  const whole = room.hasEncoder ? room.contextLength - ending.length : room.contextLength - room.maxTokens;
  const most = whole - beginning.length - end.length;
  let text: readonly number[] = [];
  for (const [i, prompt] of prompts.entries()) {
    text = tokenizer.encode(prompt);
    if (text.some((id) => specialIds.has(id))) return "The base's tokenizer has no tokens for some of its characters.";
    if (text.length <= most) return { ids: [...beginning, ...text, ...end], shortened: i > 0 };
  }
  return { ids: [...beginning, ...text.slice(text.length - most), ...end], shortened: true };
}
