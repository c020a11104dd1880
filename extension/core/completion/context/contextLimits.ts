/** How much text of other files to choose for a prompt with room for this many tokens of them. */

import type { ContextLimits } from "./selectContext.ts";

/** The characters of a token of Python: 4.1 over the pretraining corpus, less where names are rare. */
const charactersPerToken = 3.6;
/** The most tokens of one part. Graft's own bases learn from parts of up to 220 tokens (scripts/pretrain/data.py). */
const longestPart = 220;

export function contextLimits(tokens: number): ContextLimits {
  return { characters: Math.floor(tokens * charactersPerToken), each: Math.floor(longestPart * charactersPerToken) };
}
