/** The statistics as a table to keep or to compute with: a row for each day and variant. */

import { stringify } from "csv-stringify/sync";
import { measuresOf } from "./measures.ts";
import { keptTimes } from "./record.ts";
import type { DaySums } from "./recordFiles.ts";
import type { Totals } from "./totals.ts";

export const statisticsFormats = ["csv", "json"] as const;
export type StatisticsFormat = (typeof statisticsFormats)[number];

export function exportDays(days: readonly Pick<DaySums, "day" | "sums">[], format: StatisticsFormat): string {
  const rows = days.flatMap(({ day, sums }) =>
    [...sums.variants.values()].map(({ variant: { base, adapter, context }, totals }) => ({
      day,
      base,
      adapter: adapter ?? "",
      context: context ? "repository" : "file",
      ...columnsOf(totals),
    })),
  );
  return format === "csv"
    ? stringify(rows, { header: true, escape_formulas: true })
    : `${JSON.stringify(rows, null, 2)}\n`;
}

/** Counts rather than shares, so that rows can be added. */
function columnsOf(totals: Totals): Record<string, string | number> {
  const { shown, read, accepted, acceptedInPart, typedOut, savedCharacters, latency } = measuresOf(totals);
  const kept = keptTimes.map((time) => [
    [`looked at after ${time} s`, totals.kept[time].checked],
    [`kept after ${time} s`, totals.kept[time].kept],
  ]);
  return {
    shown,
    read,
    accepted,
    "accepted in part": acceptedInPart,
    "typed out": typedOut,
    ...(Object.fromEntries(kept.flat()) as Record<string, number>),
    "accepted characters": totals.acceptedCharacters,
    "saved characters": savedCharacters,
    silent: totals.silent,
    "latency p50 ms": latency?.p50 ?? "",
    "latency p95 ms": latency?.p95 ?? "",
    "latency p99 ms": latency?.p99 ?? "",
  };
}
