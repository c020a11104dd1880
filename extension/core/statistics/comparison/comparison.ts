/** An A/B comparison: two ways to make suggestions take turns, decided by a seeded coin. Knows whose turn it is at a time. */

import * as z from "zod";
import { asTrained, chosenAdapter } from "../../adapters/chosenAdapters.ts";
import { seededRandom } from "../../foundation/random.ts";
import type { Arm, ComparisonPart } from "../record.ts";

const settingSchema = z.preprocess(
  fromOneName,
  z.object({
    /** None for the base alone. */
    adapters: z.array(chosenAdapter),
    /** Whether other files of the repository may be in the prompt. */
    context: z.boolean(),
  }),
);

/** What an arm sets. */
export type ArmSetting = z.infer<typeof settingSchema>;

export const comparisonSchema = z.object({
  id: z.string().min(1).max(100),
  seed: z.int(),
  /** Milliseconds since 1970. */
  startedAt: z.int().nonnegative(),
  /** Suggestions of other bases do not count. */
  base: z.string().min(1),
  a: settingSchema,
  b: settingSchema,
});

export type RunningComparison = z.infer<typeof comparisonSchema>;

/** Converts the setting that an earlier version kept: the name of one adapter, or null. */
function fromOneName(kept: unknown): unknown {
  if (typeof kept !== "object" || kept === null || !("adapter" in kept)) return kept;
  const { adapter, ...rest } = kept;
  return { ...rest, adapters: typeof adapter === "string" ? [asTrained(adapter)] : [] };
}

/**
 * The length of a block, within which the arm stays. A swap of adapters empties the token tree, and a change of context replaces
 * the beginning of the prompt. If the arm changed at each suggestion, the model would read the whole prompt anew each time.
 */
export const blockMilliseconds = 5 * 60_000;

/** The arm that makes suggestions, and the block in which it does. */
export interface Turn {
  readonly arm: Arm;
  readonly block: number;
  readonly setting: ArmSetting;
}

export function turnAt(comparison: RunningComparison, at: number): Turn {
  const block = blockAt(at);
  const arm = armOf(comparison.seed, block);
  return { arm, block, setting: comparison[arm] };
}

export function blockAt(at: number): number {
  return Math.floor(at / blockMilliseconds);
}

/**
 * Returns the arm of a block. Each arm has one of two neighbouring blocks, and the coin decides which, so both arms see the same
 * hours and the same tasks. All windows compute the same arm.
 */
export function armOf(seed: number, block: number): Arm {
  const startsWithA = seededRandom(seed, `pair ${Math.floor(block / 2)}`).next() < 0.5;
  return (block % 2 === 0) === startsWithA ? "a" : "b";
}

/** Returns the place of a suggestion of `base` in the comparison; undefined for another base, which does not count. */
export function partOf({ id, base }: RunningComparison, { arm, block }: Turn, of: string): ComparisonPart | undefined {
  return of === base ? { comparison: id, arm, block } : undefined;
}
