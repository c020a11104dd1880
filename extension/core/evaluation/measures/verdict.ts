/** Whether a paired test is evidence that one of two candidates is better. It computes no statistic. */

import type { Difference } from "./resample.ts";

/** "first" and "second" name the better one; "none" says that no difference was found, "tooFew" that nobody could tell. */
export type Verdict = "first" | "second" | "none" | "tooFew";

/**
 * Fewer tasks get no verdict. The permutation test keeps its level at any number, but the bootstrap's interval does not: it is too
 * narrow where items are few, and one task of 20 is five points already (docs/evaluation.md, "When one is better").
 */
export const fewestItems = 20;

/** A difference as large comes about by chance in fewer than one of twenty comparisons. */
const level = 0.05;

/** The verdict after a comparison of `items` pairs; `better` is the better direction of the measure. */
export function verdictOf(
  { difference, interval, p }: Difference,
  items: number,
  better: "higher" | "lower" = "higher",
): Verdict {
  if (items < fewestItems) return "tooFew";
  const excludesZero = interval.low > 0 || interval.high < 0;
  if (p >= level || !excludesZero) return "none";
  return difference > 0 === (better === "higher") ? "first" : "second";
}
