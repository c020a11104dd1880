/** Decides whether paired tests show that one of two candidates is better. Computes no statistic. */

import type { Difference } from "./resample.ts";

/**
 * "first" and "second" name the better candidate; "none" means that no difference was found, "tooFew" that there are too few items for a
 * verdict.
 */
export type Verdict = "first" | "second" | "none" | "tooFew";

/**
 * Fewer tasks get no verdict. The permutation test keeps its level at any number, but the bootstrap interval is too
 * narrow for few items, and each of 20 tasks is worth five points (docs/measures.md, "When one is better").
 */
export const fewestItems = 20;

/** A difference as large occurs by chance in fewer than one of twenty comparisons. */
export const level = 0.05;

/** Returns the verdict of a comparison of `items` pairs; `better` is the measure's better direction. */
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

/** Returns the p-values corrected for their number, by Holm's method (Holm 1979). */
export function holm(ps: readonly number[]): number[] {
  const order = Array.from(ps.keys()).toSorted((one, other) => ps[one]! - ps[other]!);
  const corrected: number[] = [];
  let largest = 0;
  for (const [rank, i] of order.entries()) {
    largest = Math.min(1, Math.max(largest, (ps.length - rank) * ps[i]!));
    corrected[i] = largest;
  }
  return corrected;
}
