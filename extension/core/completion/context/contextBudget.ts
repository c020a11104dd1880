/** Decides how many tokens of other files a prompt holds, by the room that a base has. */

/** The most tokens in a short and in a long context. Graft's own bases learn with 480 in front of a file (scripts/pretrain/data.py). */
const [mostOfShort, mostOfLong] = [480, 1500];
/** Up to this room in tokens, a context counts as short. */
const shortRoom = 4096;

/** The parameters of the smallest base that reads other files. A smaller one uses copies better as a prior (decisions/0028). */
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
