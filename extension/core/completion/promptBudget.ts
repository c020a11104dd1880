/** The token limits of the completer's prompts, which training shares. */

import { contextBudget } from "./context/contextBudget.ts";
import type { PromptBudget } from "./prompt.ts";

/** In tokens. A longer prefix costs time at the first request in a file, and hardly helps small models. */
const [longestPrefix, longestSuffix] = [1024, 64];
/** The tokens reserved for markers and the path of the file. */
export const reservedTokens = 48;

/** How many tokens each part may take. */
export interface PromptRooms {
  readonly maxNewTokens: number;
  readonly budget: Required<PromptBudget>;
}

/**
 * Divides a model's context; an encoder-decoder reads and writes separately.
 *
 * @param contextTokens the most tokens of other files that the base gains from
 */
export function promptRooms(
  { contextLength, hasEncoder }: { contextLength: number; hasEncoder: boolean },
  contextTokens = Infinity,
): PromptRooms {
  const maxNewTokens = Math.max(1, Math.floor(contextLength / 4));
  const suffix = Math.min(longestSuffix, Math.floor(contextLength / 8));
  const room = contextLength - (hasEncoder ? 0 : maxNewTokens + suffix) - reservedTokens;
  const prefix = Math.max(8, Math.min(longestPrefix, room));
  const context = Math.min(contextBudget(room), contextTokens);
  return { maxNewTokens, budget: { prefix, suffix, context, both: Math.max(8, room) } };
}
