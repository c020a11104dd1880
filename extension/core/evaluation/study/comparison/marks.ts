/** Decides which candidates a table marks as best: one that is better than all others by the tests, or several that tie. */

import { holm, level, type Verdict } from "../../measures/verdict.ts";

/** "best" is better than every other candidate; "tied" are the leader and the candidates that no test distinguishes from it. */
export type Mark = "best" | "tied";

/** A comparison of two rows of a table, by their positions. */
export interface PairVerdict {
  readonly first: number;
  readonly second: number;
  readonly verdict: Verdict;
  readonly p: number;
}

/**
 * Returns the marks of rows with these scores; undefined where a score is missing. The leader is compared with every other
 * row, so the tests are corrected for their number (Holm 1979). Too few items for a verdict leave the table without marks.
 */
export function marksOf(
  scores: readonly (number | undefined)[],
  better: "higher" | "lower",
  pairs: readonly PairVerdict[],
): (Mark | undefined)[] {
  const none = scores.map(() => undefined);
  const rows = scores.flatMap((score, row) => (score === undefined ? [] : [{ row, score }]));
  const sign = better === "higher" ? 1 : -1;
  const [leader, ...others] = rows.toSorted((one, other) => sign * (other.score - one.score));
  if (!leader || others.length === 0) return none;
  const found = others.map(({ row }) => {
    const pair = pairs.find(
      ({ first, second }) => (first === row && second === leader.row) || (first === leader.row && second === row),
    );
    return pair && { row, p: pair.p, verdict: pair.verdict, wins: pair.first === leader.row ? "first" : "second" };
  });
  if (found.some((pair) => !pair || pair.verdict === "tooFew")) return none;
  const corrected = holm(found.map((pair) => pair!.p));
  const tied = found.filter((pair, i) => pair!.verdict !== pair!.wins || corrected[i]! >= level);
  const marked = new Set([leader.row, ...tied.map((pair) => pair!.row)]);
  return scores.map((_, row) => (marked.has(row) ? (marked.size === 1 ? "best" : "tied") : undefined));
}
