/** Converts the room for other files in a prompt from tokens to characters, in which parts are chosen. */

import type { ContextLimits } from "./selectContext.ts";

/** The characters per token of Python: 4.1 over the pretraining corpus, fewer where names are rare. */
const charactersPerToken = 3.6;
/** The most tokens of one part. Graft's own bases learn from parts of up to 220 tokens (scripts/pretrain/data.py). */
const longestPart = 220;

export function contextLimits(tokens: number): ContextLimits {
  return { characters: Math.floor(tokens * charactersPerToken), each: Math.floor(longestPart * charactersPerToken) };
}
