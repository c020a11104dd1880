import { expect, test } from "vitest";
import { exportDays } from "../../../extension/core/statistics/exportDays.ts";
import { measuresOf, percentile } from "../../../extension/core/statistics/measures.ts";
import type { StatisticsRecord, Variant } from "../../../extension/core/statistics/record.ts";
import { openSums, wholeOf, type Sums } from "../../../extension/core/statistics/sums.ts";
import { emptyTotals } from "../../../extension/core/statistics/totals.ts";

const alone: Variant = { base: "small", adapter: null, context: false };
const shop: Variant = { base: "small, quick", adapter: "shop", context: true };

function suggestion(variant: Variant, milliseconds: number, part: Partial<StatisticsRecord> = {}): StatisticsRecord {
  return {
    kind: "suggestion",
    at: 1,
    variant,
    outcome: "passed",
    read: false,
    characters: 20,
    acceptedCharacters: 0,
    acceptances: 0,
    milliseconds,
    ...part,
  } as StatisticsRecord;
}

const records: StatisticsRecord[] = [
  suggestion(alone, 10),
  suggestion(shop, 20, { read: true, outcome: "accepted", acceptedCharacters: 20, acceptances: 1 } as object),
  suggestion(shop, 30, { read: true, outcome: "partly", acceptedCharacters: 7, acceptances: 2 } as object),
  suggestion(shop, 40, { read: true, outcome: "typedOut" } as object),
  { kind: "kept", at: 2, variant: shop, after: 30, kept: true },
  { kind: "kept", at: 2, variant: shop, after: 30, kept: false },
  { kind: "kept", at: 2, variant: shop, after: 120, kept: true },
  { kind: "silence", at: 3, variant: alone, times: 3 },
];

function sumsOf(all: readonly StatisticsRecord[]): Sums {
  const sums = openSums();
  for (const record of all) sums.add(record);
  return sums;
}

test("measuresOf: counts, shares and percentiles", () => {
  expect(measuresOf(wholeOf(sumsOf(records)))).toEqual({
    shown: 4,
    read: 3,
    accepted: 1,
    acceptedInPart: 1,
    typedOut: 1,
    acceptedShare: 0.5,
    keptShare: { 30: 0.5, 120: 1, 600: undefined },
    savedCharacters: 19 + 5,
    silence: 3 / 7,
    latency: { p50: 20, p95: 40, p99: 40 },
  });
});

test("measuresOf nothing has no shares", () => {
  const { acceptedShare, silence, latency } = measuresOf(emptyTotals());
  expect([acceptedShare, silence, latency]).toEqual([undefined, undefined, undefined]);
});

test("percentile: the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 99, 100]);
  expect(percentile([7], 0.01)).toBe(7);
});

test("sums of parts, merged, are the sums of the whole", () => {
  const merged = openSums();
  merged.merge(sumsOf(records.slice(0, 3)));
  merged.merge(sumsOf(records.slice(3)));
  expect(merged.variants).toEqual(sumsOf(records).variants);
});

test("exportDays: a row for each day and variant, as CSV and as JSON", () => {
  const days = [{ day: "2026-11-26", sums: sumsOf(records) }];
  const [header, first, second, ...rest] = exportDays(days, "csv").trimEnd().split("\n");
  expect(rest).toEqual([]);
  expect(header).toBe(
    "day,base,adapter,context,shown,read,accepted,accepted in part,typed out," +
      "looked at after 30 s,kept after 30 s,looked at after 120 s,kept after 120 s,looked at after 600 s,kept after 600 s," +
      "accepted characters,saved characters,silent,latency p50 ms,latency p95 ms,latency p99 ms",
  );
  expect(first).toBe("2026-11-26,small,,file,1,0,0,0,0,0,0,0,0,0,0,0,0,3,10,10,10");
  expect(second).toBe('2026-11-26,"small, quick",shop,repository,3,3,1,1,1,2,1,1,1,0,0,27,24,0,30,40,40');
  const json = JSON.parse(exportDays(days, "json")) as Record<string, unknown>[];
  expect(json.map(({ adapter, shown }) => [adapter, shown])).toEqual([
    ["", 1],
    ["shop", 3],
  ]);
});

test("exportDays: no spreadsheet takes a name for a formula", () => {
  const names = ["=1+1", "+1", "-1", "@now", "\tx"];
  const sums = sumsOf(names.map((adapter) => suggestion({ ...shop, adapter }, 1)));
  const lines = exportDays([{ day: "2026-11-26", sums }], "csv")
    .trimEnd()
    .split("\n")
    .slice(1);
  expect(lines.map((line) => line.split(",")[3])).toEqual(names.map((name) => `'${name}`));
});
