/** How many tokens of other files stand in a prompt, by the room that a base has. */

/** What Graft's own bases learn from: 480 tokens of other files in front of a file (scripts/pretrain/data.py). */
const [mostOfShort, mostOfLong] = [480, 1500];
/** Up to this room in tokens, a context counts as short. */
const shortRoom = 4096;

/** A smaller base uses copies better as a prior than in its prompt (decisions/0028). In parameters. */
const smallestReader = 50e6;

/** Returns the most tokens of other files that a base of this size gets. */
export function contextTokensOf({ parameters }: { readonly parameters: number }): number {
  return parameters < smallestReader ? 0 : Infinity;
}

/** @param room the tokens for prefix and other files together */
export function contextBudget(room: number): number {
  // Below this share, little of the file itself would be left.
  const share = Math.floor(room / 3);
  return Math.max(0, Math.min(room <= shortRoom ? mostOfShort : mostOfLong, share));
}
