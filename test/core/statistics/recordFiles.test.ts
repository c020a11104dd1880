import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dayOf, daysUntil, openRecordFiles } from "../../../extension/core/statistics/recordFiles.ts";
import type { StatisticsRecord } from "../../../extension/core/statistics/record.ts";
import { wholeOf } from "../../../extension/core/statistics/sums.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-statistics-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const noon = (day: number): number => new Date(2026, 10, day, 12).getTime();

function shown(at: number, adapter: string | null = null): StatisticsRecord {
  return {
    kind: "suggestion",
    at,
    variant: { base: "small", adapter, context: false },
    outcome: "accepted",
    read: true,
    characters: 10,
    acceptedCharacters: 10,
    acceptances: 1,
    milliseconds: 12.5,
  };
}

const shownIn = async (): Promise<Record<string, number>> => {
  const days = await openRecordFiles(folder).days();
  return Object.fromEntries(days.map(({ day, sums }) => [day, wholeOf(sums).shown]));
};

test("records come back by day and variant", async () => {
  const files = openRecordFiles(join(folder, "not", "there", "yet"));
  expect(await files.days()).toEqual([]);
  await files.append([shown(noon(25)), shown(noon(26), "shop"), shown(noon(26), "shop"), shown(noon(26))]);
  const days = await files.days();
  expect(days.map(({ day, damaged }) => [day, damaged])).toEqual([
    ["2026-11-25", 0],
    ["2026-11-26", 0],
  ]);
  expect([...days[1]!.sums.variants.values()].map(({ variant, totals }) => [variant.adapter, totals.shown])).toEqual([
    ["shop", 2],
    [null, 1],
  ]);
});

test("days are read again only once they have grown", async () => {
  const files = openRecordFiles(folder);
  await files.append([shown(noon(25)), shown(noon(26))]);
  const before = await files.days();
  await openRecordFiles(folder).append([shown(noon(26))]);
  const after = await files.days();
  expect(after[0]).toBe(before[0]);
  expect(wholeOf(after[1]!.sums).shown).toBe(2);
});

test("damaged lines are skipped, and the lines around them are read", async () => {
  const files = openRecordFiles(folder);
  await files.append([shown(noon(26))]);
  const path = join(folder, "2026-11-26.jsonl");
  const line = JSON.stringify(shown(noon(26)));
  const damage = [
    "{}",
    "null",
    "[1]",
    "\u0000\u0000\u0000",
    line.replace('"accepted"', '"stolen"'),
    line.replace('"characters":10', '"characters":-1'),
    line.replace('"small"', `"${"x".repeat(5000)}"`),
  ];
  await appendFile(path, `${damage.join("\n")}\n`);
  await appendFile(path, line.slice(0, 40)); // A window was killed while it wrote.
  await files.append([shown(noon(26))]);
  const [day] = await files.days();
  expect(wholeOf(day!.sums).shown).toBe(2);
  expect(day!.damaged).toBe(damage.length + 1);
});

test("a file cut at any byte loses the records from there on", async () => {
  const files = openRecordFiles(folder);
  await files.append([shown(noon(26)), shown(noon(26)), shown(noon(26))]);
  const path = join(folder, "2026-11-26.jsonl");
  const text = await readFile(path, "utf8");
  for (let size = text.length; size > 0; size -= 7) {
    await truncate(path, size);
    const [day] = await openRecordFiles(folder).days();
    const whole = text
      .slice(0, size)
      .split("\n")
      .filter((line) => line.endsWith("}")).length;
    expect(wholeOf(day!.sums).shown).toBe(whole);
  }
});

test("what is no file of records is left alone", async () => {
  await mkdir(join(folder, "2026-11-24.jsonl"));
  await writeFile(join(folder, "notes.jsonl"), "mine\n");
  const files = openRecordFiles(folder);
  await files.append([shown(noon(26))]);
  expect((await files.days()).map(({ day }) => day)).toEqual(["2026-11-26"]);
  await files.clear();
  expect((await readdir(folder)).sort()).toEqual(["2026-11-24.jsonl", "cleared", "notes.jsonl"]);
  expect(await files.days()).toEqual([]);
});

test("what another window still has to write of the time before is cleared, too", async () => {
  const [own, other] = [openRecordFiles(folder), openRecordFiles(folder)];
  await own.append([shown(Date.now())]);
  await own.clear();
  const later = Date.now() + 60_000;
  const kept = { ...shown(later), kind: "kept", kept: true } as const;
  await other.append([shown(Date.now() - 1000), { ...kept, after: 120 }]);
  expect(await own.days()).toEqual([]);
  await other.append([{ ...kept, after: 30 }]);
  expect((await own.days()).length).toBe(1);
});

test("windows in several processes append at once, and no line is lost or damaged", async () => {
  const start = async (base: string): Promise<unknown> => {
    const program = join(import.meta.dirname, "appendingWindow.ts");
    return (await once(fork(program, [folder, base, "300"], { execArgv: [] }), "exit"))[0];
  };
  expect(await Promise.all(["one", "two", "three"].map(start))).toEqual([0, 0, 0]);
  const [day, ...others] = await openRecordFiles(folder).days();
  expect(others).toEqual([]);
  expect(day!.damaged).toBe(0);
  const silent = [...day!.sums.variants.values()].map(({ variant, totals }) => [variant.base, totals.silent]);
  expect(silent.sort()).toEqual([
    ["one", 600],
    ["three", 600],
    ["two", 600],
  ]);
});

test("the oldest days go beyond the limits of days and bytes", async () => {
  const size = JSON.stringify(shown(noon(20))).length + 2;
  const all = [20, 21, 22, 23, 24].map((day) => shown(noon(day)));
  await openRecordFiles(folder).append(all);
  await openRecordFiles(folder, { days: 4, bytes: 1e6, dayBytes: 1e6 }).trim(new Date(2026, 10, 24));
  expect(Object.keys(await shownIn())).toEqual(["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]);
  await openRecordFiles(folder, { days: 99, bytes: 2.5 * size, dayBytes: 1e6 }).trim(new Date(2026, 10, 24));
  expect(Object.keys(await shownIn())).toEqual(["2026-11-23", "2026-11-24"]);
});

test("a day that is full takes no more", async () => {
  const size = JSON.stringify(shown(noon(26))).length + 2;
  const files = openRecordFiles(folder, { days: 9, bytes: 1e6, dayBytes: 10 * size });
  for (let i = 0; i < 30; i++) await files.append([shown(noon(26))]);
  expect(await shownIn()).toEqual({ "2026-11-26": 10 });
});

test("names of any length come back, and different ones stay different", async () => {
  const files = openRecordFiles(folder);
  const names = ["a", "b"].map((end) => `/${"代".repeat(3000)}/${end}`);
  await files.append(names.flatMap((name) => [shown(noon(26), name), shown(noon(26), name)]));
  // An earlier version wrote long names unchanged.
  await appendFile(join(folder, "2026-11-26.jsonl"), `${JSON.stringify(shown(noon(26), "x".repeat(255)))}\n`);
  const [day] = await openRecordFiles(folder).days();
  expect(day!.damaged).toBe(0);
  expect(
    [...day!.sums.variants.values()].map(({ variant, totals }) => [variant.adapter!.at(-1), totals.shown]),
  ).toEqual([
    ["a", 2],
    ["b", 2],
    ["x", 1],
  ]);
});

test("days ahead of the clock do not count, and are the first to go for want of room", async () => {
  const size = JSON.stringify(shown(noon(20))).length + 2;
  const files = openRecordFiles(folder, { days: 99, bytes: 2.5 * size, dayBytes: 1e6 });
  await files.append([shown(noon(23)), shown(noon(24)), shown(noon(25)), shown(new Date(2031, 0, 1).getTime())]);
  const today = new Date(2026, 10, 24);
  expect(daysUntil(await files.days(), today).map(({ day }) => day)).toEqual([
    "2026-11-23",
    "2026-11-24",
    "2026-11-25",
  ]);
  await files.trim(today);
  expect(Object.keys(await shownIn())).toEqual(["2026-11-23", "2026-11-24"]);
});

test("a link in the place of a day is neither read nor written", async () => {
  const target = join(folder, "target");
  await writeFile(target, `${JSON.stringify(shown(noon(26)))}\n`);
  await symlink(target, join(folder, "2026-11-26.jsonl"));
  const files = openRecordFiles(folder);
  expect(await files.days()).toEqual([]);
  await expect(files.append([shown(noon(26))])).rejects.toMatchObject({
    message: expect.stringContaining("ELOOP") as string,
  });
  expect(await readFile(target, "utf8")).toBe(`${JSON.stringify(shown(noon(26)))}\n`);
});

test("a folder that cannot be written is told as such", async () => {
  await writeFile(join(folder, "file"), "");
  const files = openRecordFiles(join(folder, "file", "statistics"));
  await expect(files.append([shown(noon(26))])).rejects.toMatchObject({ code: "not-writable" });
  expect(await files.days()).toEqual([]);
});

test("dayOf: the local day", () => {
  expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});
