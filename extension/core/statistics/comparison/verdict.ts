/** What an A/B comparison has shown so far, and how many more suggestions it needs. */

import type { Arm } from "../record.ts";
import type { BlockTotals } from "../totals.ts";
import { boundary, differenceOf, type Difference } from "./difference.ts";

/**
 * "a" or "b" is better; "alike": any difference is below 4 of 100 suggestions; "open": not known yet; "tooFew": no
 * interval is honest yet.
 */
export type ComparisonVerdict = Arm | "alike" | "open" | "tooFew";

export interface ComparisonResult {
  readonly verdict: ComparisonVerdict;
  readonly suggestions: Readonly<Record<Arm, number>>;
  /** Absent while there are too few blocks. */
  readonly found?: Difference;
  /** About how many more suggestions a verdict needs; 0 once there is one. */
  readonly needed: number;
}

/** A smaller difference than four in a hundred suggestions is not worth a choice. */
const smallestDifference = 0.04;
/** The fewest blocks and suggestions of an arm: with fewer, the normal limit that the interval relies on is not reached. */
const fewest = { blocks: 20, suggestions: 80 };
/** The assumed number of suggestions in a block, until there are blocks to count. */
const usualBlock = 8;

export function resultOf(blocks: Iterable<BlockTotals>): ComparisonResult {
  const arms: Record<Arm, BlockTotals[]> = { a: [], b: [] };
  for (const block of blocks) if (block.shown > 0) arms[block.arm].push(block);
  const suggestions = { a: shownIn(arms.a), b: shownIn(arms.b) };
  const missing = Math.max(missingIn(arms.a), missingIn(arms.b));
  const found = missing > 0 ? undefined : differenceOf(arms.a, arms.b);
  if (!found) return { verdict: "tooFew", suggestions, needed: 2 * Math.max(1, missing) };
  const verdict = verdictOf(found);
  const needed = verdict === "open" ? stillNeeded(found, suggestions.a + suggestions.b) : 0;
  return { verdict, suggestions, found, needed };
}

function verdictOf({ interval: { low, high } }: Difference): ComparisonVerdict {
  if (low > 0) return "a";
  if (high < 0) return "b";
  return low > -smallestDifference && high < smallestDifference ? "alike" : "open";
}

/**
 * Returns how many more suggestions lead to a verdict if the shares stay as they are. The interval must shrink until it
 * excludes 0, or until it lies within the smallest difference, whichever comes first.
 */
function stillNeeded({ difference, standardError, blocks }: Difference, suggestions: number): number {
  const size = Math.abs(difference);
  const target = Math.max(size, smallestDifference - size);
  // The error shrinks with the root of the number of blocks.
  const half = (factor: number): number => (standardError / Math.sqrt(factor)) * boundary(blocks * factor);
  let [low, high] = [1, 2];
  while (half(high) > target) [low, high] = [high, 2 * high];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (half(middle) > target) low = middle;
    else high = middle;
  }
  return Math.max(1, Math.ceil((high - 1) * suggestions));
}

/** Returns how many suggestions an arm lacks before its interval is honest. */
function missingIn(blocks: readonly BlockTotals[]): number {
  const shown = shownIn(blocks);
  const perBlock = blocks.length === 0 ? usualBlock : shown / blocks.length;
  return Math.ceil(Math.max(fewest.suggestions - shown, (fewest.blocks - blocks.length) * perBlock, 0));
}

function shownIn(blocks: readonly BlockTotals[]): number {
  return blocks.reduce((total, { shown }) => total + shown, 0);
}
