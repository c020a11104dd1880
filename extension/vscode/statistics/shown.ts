/** What the page shows of the records, as plain values. */

import { nameOf } from "../../core/adapters/chosenAdapters.ts";
import type { ArmSetting } from "../../core/statistics/comparison/comparison.ts";
import { measuresOf } from "../../core/statistics/measures.ts";
import { periodOf } from "../../core/statistics/period.ts";
import { arms } from "../../core/statistics/record.ts";
import type { DaySums } from "../../core/statistics/recordFiles.ts";
import { armKey, openSums, wholeOf } from "../../core/statistics/sums.ts";
import { emptyTotals } from "../../core/statistics/totals.ts";
import { resultOf } from "../../core/statistics/comparison/verdict.ts";
import type { ComparisonShown, StatisticsState } from "../../../webview/protocol/statistics.ts";
import type { KeptComparison } from "./comparing.ts";

/** @param period in days */
export function shownOf(
  days: readonly DaySums[],
  { period, comparison }: { period: number; comparison: KeptComparison | undefined },
): Pick<StatisticsState, "statistics" | "comparison"> {
  return {
    statistics: statisticsShown(days, new Date(), period),
    comparison: comparison && comparisonShown(comparison, days),
  };
}

function statisticsShown(
  all: readonly DaySums[],
  today: Date,
  length: number,
): NonNullable<StatisticsState["statistics"]> {
  const { days, sums } = periodOf(all, today, length);
  const variants = [...sums.variants.values()].map(({ variant, totals }) => ({ ...variant, ...measuresOf(totals) }));
  return {
    days,
    whole: measuresOf(wholeOf(sums)),
    variants: variants.sort((one, other) => other.shown - one.shown),
  };
}

/** A comparison counts from its start, whatever the period. */
function comparisonShown(comparison: KeptComparison, all: readonly DaySums[]): ComparisonShown {
  const { id, a, b, base, hasEnded } = comparison;
  const sums = openSums();
  for (const day of all) sums.merge(day.sums);
  const blocks = [...sums.blocks.values()].filter((block) => block.comparison === id);
  const [ofA, ofB] = arms.map((arm) => measuresOf(sums.arms.get(armKey(id, arm)) ?? emptyTotals()));
  return { a: armShown(a), b: armShown(b), base, hasEnded, ...resultOf(blocks), measures: { a: ofA!, b: ofB! } };
}

function armShown({ adapters, context }: ArmSetting): ComparisonShown["a"] {
  return { adapter: nameOf(adapters) || null, context };
}
