/** The sums of a stretch of time: for each variant, for each arm of each comparison, and for each of their blocks. */

import type { Arm, StatisticsRecord, Variant } from "./record.ts";
import { addRecord, addToBlock, addTotals, emptyTotals, type BlockTotals, type Totals } from "./totals.ts";

export interface Sums {
  /** By variant, in the order of their first records. */
  readonly variants: ReadonlyMap<string, { readonly variant: Variant; readonly totals: Totals }>;
  /** By comparison and arm. */
  readonly arms: ReadonlyMap<string, Totals>;
  /** By comparison, arm and block. */
  readonly blocks: ReadonlyMap<string, BlockTotals>;
}

export interface OpenSums extends Sums {
  add(record: StatisticsRecord): void;
  merge(other: Sums): void;
}

export function openSums(): OpenSums {
  const variants = new Map<string, { variant: Variant; totals: Totals }>();
  const arms = new Map<string, Totals>();
  const blocks = new Map<string, BlockTotals>();

  const ofVariant = (variant: Variant): Totals => {
    const { base, adapter, context } = variant;
    return entry(variants, JSON.stringify([base, adapter, context]), () => ({ variant, totals: emptyTotals() })).totals;
  };
  const ofArm = (key: string): Totals => entry(arms, key, emptyTotals);
  const ofBlock = ({ comparison, arm, block }: Omit<BlockTotals, "shown" | "kept">): BlockTotals =>
    entry(blocks, `${armKey(comparison, arm)}/${block}`, () => ({ comparison, arm, block, shown: 0, kept: 0 }));

  return {
    variants,
    arms,
    blocks,
    add: (record) => {
      addRecord(ofVariant(record.variant), record);
      if (!record.part) return;
      addRecord(ofArm(armKey(record.part.comparison, record.part.arm)), record);
      addToBlock(ofBlock(record.part), record);
    },
    merge: (other) => {
      for (const { variant, totals } of other.variants.values()) addTotals(ofVariant(variant), totals);
      for (const [key, totals] of other.arms) addTotals(ofArm(key), totals);
      for (const block of other.blocks.values()) {
        const own = ofBlock(block);
        own.shown += block.shown;
        own.kept += block.kept;
      }
    },
  };
}

export function armKey(comparison: string, arm: Arm): string {
  return `${comparison}/${arm}`;
}

/** Returns the totals of all variants together. */
export function wholeOf({ variants }: Sums): Totals {
  const whole = emptyTotals();
  for (const { totals } of variants.values()) addTotals(whole, totals);
  return whole;
}

function entry<Value>(map: Map<string, Value>, key: string, begin: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const begun = begin();
  map.set(key, begun);
  return begun;
}
