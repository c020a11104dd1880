/** Sums of records: per variant, per day, and per block of a comparison. Sums of disjoint records can be merged. */

import { keptTimes, outcomes, type Arm, type KeptTime, type Outcome, type StatisticsRecord } from "./record.ts";

export interface Totals {
  shown: number;
  read: number;
  outcomes: Record<Outcome, number>;
  /** Checks of accepted texts, and those that found the text. */
  kept: Record<KeptTime, { checked: number; kept: number }>;
  acceptedCharacters: number;
  /** Accepted characters less the keystrokes that accepted them. */
  savedCharacters: number;
  silent: number;
  /** The latency of each suggestion, in milliseconds. */
  latencies: number[];
}

export function emptyTotals(): Totals {
  return {
    shown: 0,
    read: 0,
    outcomes: record(outcomes, () => 0),
    kept: record(keptTimes, () => ({ checked: 0, kept: 0 })),
    acceptedCharacters: 0,
    savedCharacters: 0,
    silent: 0,
    latencies: [],
  };
}

export function addRecord(totals: Totals, added: StatisticsRecord): void {
  switch (added.kind) {
    case "suggestion":
      totals.shown++;
      if (added.read) totals.read++;
      totals.outcomes[added.outcome]++;
      totals.acceptedCharacters += added.acceptedCharacters;
      totals.savedCharacters += Math.max(0, added.acceptedCharacters - added.acceptances);
      totals.latencies.push(added.milliseconds);
      return;
    case "kept":
      totals.kept[added.after].checked++;
      if (added.kept) totals.kept[added.after].kept++;
      return;
    case "silence":
      totals.silent += added.times;
  }
}

export function addTotals(totals: Totals, added: Totals): void {
  for (const key of ["shown", "read", "acceptedCharacters", "savedCharacters", "silent"] as const) {
    totals[key] += added[key];
  }
  for (const outcome of outcomes) totals.outcomes[outcome] += added.outcomes[outcome];
  for (const time of keptTimes) {
    totals.kept[time].checked += added.kept[time].checked;
    totals.kept[time].kept += added.kept[time].kept;
  }
  totals.latencies = totals.latencies.concat(added.latencies);
}

/** A block of one arm: its suggestions, and those that were accepted and that the check after 30 seconds has not found gone. */
export interface BlockTotals {
  readonly comparison: string;
  readonly arm: Arm;
  readonly block: number;
  shown: number;
  kept: number;
}

/** Adds a suggestion, or the check after 30 seconds, to its block. */
export function addToBlock(block: BlockTotals, added: StatisticsRecord): void {
  if (added.kind === "suggestion") {
    block.shown++;
    if (added.acceptances > 0) block.kept++;
  }
  if (added.kind === "kept" && added.after === 30 && !added.kept) block.kept--;
}

function record<Key extends string | number, Value>(keys: readonly Key[], value: () => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value()])) as Record<Key, Value>;
}
