/** The difference of two arms, with an interval that stays valid however often the user looks at it. */

import type { Interval } from "../../foundation/numbers/interval.ts";
import type { BlockTotals } from "../totals.ts";

export interface Difference {
  /** The share of kept suggestions in each arm. */
  readonly shares: { readonly a: number; readonly b: number };
  /** The share of a minus that of b. */
  readonly difference: number;
  readonly interval: Interval;
  readonly standardError: number;
  /** The number of blocks of both arms. */
  readonly blocks: number;
}

type Counts = Pick<BlockTotals, "shown" | "kept">;

/** The chance that the interval ever misses the true difference, over all looks together. */
const alpha = 0.05;
/** The interval is narrowest, compared with others of its kind, after this many blocks. */
const tunedFor = 200;

/** Returns the difference; undefined while an arm has no suggestion. */
export function differenceOf(a: readonly Counts[], b: readonly Counts[]): Difference | undefined {
  const [first, second] = [estimate(a), estimate(b)];
  if (!first || !second) return undefined;
  const blocks = first.blocks + second.blocks;
  const difference = first.share - second.share;
  const standardError = Math.sqrt(first.variance + second.variance);
  const half = standardError * boundary(blocks);
  return {
    shares: { a: first.share, b: second.share },
    difference,
    interval: { low: Math.max(-1, difference - half), high: Math.min(1, difference + half) },
    standardError,
    blocks,
  };
}

/**
 * Returns how many standard errors the interval reaches to each side after `blocks` blocks.
 *
 * This is Robbins' normal mixture as an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
 * 2024, "Time-uniform central limit theory and asymptotic confidence sequences", equation 2.4):
 *
 *     √( (tρ² + 1) / (tρ²) · ln((tρ² + 1) / α²) )
 *
 * An ordinary 95 % interval (1.96) misses sooner or later if the user looks after every suggestion. This one misses in at most 5 %
 * of all comparisons, even if each is watched to its end and stopped at the best moment.
 */
export function boundary(blocks: number): number {
  const twice = -2 * Math.log(alpha);
  const rho2 = (twice + Math.log(twice + 1)) / tunedFor;
  const x = blocks * rho2;
  return Math.sqrt(((x + 1) / x) * Math.log((x + 1) / alpha ** 2));
}

/**
 * Returns an arm's share Σx / Σn over its blocks (x kept of n shown), with its variance.
 *
 * Suggestions of one block resemble each other, so the block is the unit: the variance of a ratio by its residuals,
 * k / (k − 1) · Σ(x − p·n)² / (Σn)². It is never below the variance that independent suggestions would have.
 */
function estimate(all: readonly Counts[]): { share: number; variance: number; blocks: number } | undefined {
  const blocks = all.filter(({ shown }) => shown > 0);
  const shown = sum(blocks.map((block) => block.shown));
  if (shown === 0) return undefined;
  const kept = sum(blocks.map((block) => Math.max(0, block.kept)));
  const share = kept / shown;
  const count = blocks.length;
  const residuals = sum(blocks.map((block) => (Math.max(0, block.kept) - share * block.shown) ** 2));
  const clustered = count < 2 ? 0 : ((count / (count - 1)) * residuals) / shown ** 2;
  // Adds one success and one failure, so that 0 of 5 does not count as certain.
  const smooth = (kept + 1) / (shown + 2);
  return { share, variance: Math.max(clustered, (smooth * (1 - smooth)) / shown), blocks: count };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
