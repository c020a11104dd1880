/** Computes the measures that users see from sums. docs/statistics.md defines each. */

import { keptTimes, type KeptTime } from "./record.ts";
import type { Totals } from "./totals.ts";

export interface Measures {
  readonly shown: number;
  readonly read: number;
  readonly accepted: number;
  readonly acceptedInPart: number;
  readonly typedOut: number;
  /** The share of suggestions that were accepted, whole or in part; undefined without suggestions, as all shares are. */
  readonly acceptedShare: number | undefined;
  /** The share of accepted texts that were still there, among those that were checked. */
  readonly keptShare: Readonly<Record<KeptTime, number | undefined>>;
  readonly savedCharacters: number;
  /** The share of searches that showed nothing. */
  readonly silence: number | undefined;
  /** The time from request to suggestion, in milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
}

export function measuresOf(totals: Totals): Measures {
  const { shown, read, outcomes, kept, savedCharacters, silent, latencies } = totals;
  const sorted = Float64Array.from(latencies).sort();
  const keptShare = keptTimes.map((time) => [time, share(kept[time].kept, kept[time].checked)] as const);
  return {
    shown,
    read,
    accepted: outcomes.accepted,
    acceptedInPart: outcomes.partly,
    typedOut: outcomes.typedOut,
    acceptedShare: share(outcomes.accepted + outcomes.partly, shown),
    keptShare: Object.fromEntries(keptShare) as Record<KeptTime, number | undefined>,
    savedCharacters,
    silence: share(silent, silent + shown),
    latency:
      sorted.length === 0
        ? undefined
        : { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) },
  };
}

/** Returns the nearest rank: the smallest value that at least this share of the values do not exceed. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
