/** The token limits of the completer's prompts, which training shares. */

import type { PromptBudget } from "./prompt.ts";

/** In tokens. A longer prefix costs time at the first request in a file, and hardly helps small models. */
const [longestPrefix, longestSuffix] = [1024, 64];
/** The tokens reserved for markers and the path of the file. */
export const reservedTokens = 48;

export interface CompletionLimits extends PromptBudget {
  readonly newTokens: number;
}

/** Returns the limits for a model that reads `contextLength` tokens; an encoder-decoder reads and writes separately. */
export function completionLimits(contextLength: number, hasEncoder: boolean): CompletionLimits {
  const newTokens = Math.max(1, Math.floor(contextLength / 4));
  const suffix = Math.min(longestSuffix, Math.floor(contextLength / 8));
  const room = contextLength - (hasEncoder ? 0 : newTokens + suffix) - reservedTokens;
  return { newTokens, suffix, prefix: Math.max(8, Math.min(longestPrefix, room)) };
}
