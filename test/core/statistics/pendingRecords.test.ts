import { expect, test } from "vitest";
import { pendingRecords } from "../../../extension/core/statistics/pendingRecords.ts";
import type { StatisticsRecord } from "../../../extension/core/statistics/record.ts";

const silence = (at: number, base: string): StatisticsRecord => ({
  kind: "silence",
  at,
  variant: { base, adapter: null, context: false },
  times: 1,
});
const kept: StatisticsRecord = { ...silence(2, "small"), kind: "kept", after: 30, kept: true };

test("silences of one subject in a row become one record, other records stay", () => {
  const pending = pendingRecords();
  for (const record of [silence(1, "small"), kept, silence(3, "small"), silence(4, "large")]) pending.add(record);
  expect(pending.take()).toEqual([{ ...silence(3, "small"), times: 2 }, kept, silence(4, "large")]);
  expect(pending.take()).toEqual([]);
});
