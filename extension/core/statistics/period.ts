/** The last days of the statistics, as the page shows them. */

import { dayOf, type DaySums } from "./recordFiles.ts";
import { openSums, wholeOf, type Sums } from "./sums.ts";

export interface Period {
  /** Every day, oldest first, including those without suggestions. */
  readonly days: readonly { readonly day: string; readonly shown: number; readonly accepted: number }[];
  readonly sums: Sums;
}

/** Returns the `length` days up to `today`. */
export function periodOf(all: readonly DaySums[], today: Date, length: number): Period {
  const sums = openSums();
  const byDay = new Map(all.map((each) => [each.day, each.sums]));
  const days = Array.from({ length }, (_, i) => {
    const day = dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - length + 1 + i));
    const ofDay = byDay.get(day);
    if (!ofDay) return { day, shown: 0, accepted: 0 };
    sums.merge(ofDay);
    const { shown, outcomes } = wholeOf(ofDay);
    return { day, shown, accepted: outcomes.accepted + outcomes.partly };
  });
  return { days, sums };
}
