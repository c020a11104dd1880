/**
 * Which of an adapter's refreshes are in its weights after undos, kills, changes by other programs, and planted files. No model is read
 * here.
 */

import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  checkUnchanged,
  hashOfWeights,
  keepRefresh,
  learnedUntil,
  readRefreshes,
  undoRefresh,
} from "../../../../extension/core/training/refresh/refreshedWeights.ts";
import {
  addToLog,
  lockRefreshes,
  removeIfEmpty,
  tidyRefreshes,
  type Refresh,
} from "../../../../extension/core/training/refresh/refreshLog.ts";

const disk = vi.hoisted(() => ({ isFull: false }));
vi.mock("../../../../extension/core/foundation/renamePatiently.ts", async (original) => {
  const { renamePatiently } = await original<{ renamePatiently: (from: string, to: string) => Promise<void> }>();
  return {
    renamePatiently: async (from: string, to: string): Promise<void> => {
      if (disk.isFull && to.endsWith(".safetensors")) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      await renamePatiently(from, to);
    },
  };
});

let folder: string;
let adapter: string;
const weights = (): string => join(adapter, "adapter_model.safetensors");
const held = async (): Promise<string> => await readFile(weights(), "utf8");
const refreshes = (name = ""): string => join(adapter, "refreshes", name);
const trainedAt = new Date("2024-01-01T00:00:00Z");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-refreshed-"));
  adapter = join(folder, "ledger");
  await mkdir(adapter);
  await writeFile(weights(), "trained");
  await utimes(weights(), trainedAt, trainedAt);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function refreshOf(number: number, kept = true): Refresh {
  const at = `2026-01-0${number}T00:00:00.000Z`;
  const figures = { files: 1, steps: 2, seconds: 3 };
  return { number, at, since: at, ...figures, kept, verdict: kept ? "alike" : "worse" };
}

async function keep(number: number, content = `refreshed ${number}`): Promise<void> {
  const refreshed = join(folder, "next");
  await mkdir(refreshed, { recursive: true });
  await writeFile(join(refreshed, "adapter_model.safetensors"), content);
  await keepRefresh(adapter, refreshed, refreshOf(number));
}

const states = async (): Promise<string[]> =>
  (await readRefreshes(adapter)).map(({ number, kept, undone }) => `${number} ${undone ? "undone" : kept}`);

describe("undo", () => {
  test("takes back one after the other, and what is refreshed after it again", async () => {
    await keep(1);
    await addToLog(adapter, refreshOf(2, false));
    await keep(3);
    expect((await undoRefresh(adapter)).number).toBe(3);
    expect([await held(), await states()]).toEqual(["refreshed 1", ["1 true", "2 false", "3 undone"]]);
    await keep(4);
    expect((await undoRefresh(adapter)).number).toBe(4);
    expect((await undoRefresh(adapter)).number).toBe(1);
    expect([await held(), await learnedUntil(adapter, [])]).toEqual(["trained", trainedAt]);
    await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
    expect(await readdir(refreshes())).toEqual(["log.jsonl"]);
  });

  test("the weights from before the last five stay", async () => {
    for (let number = 1; number <= 7; number++) await keep(number);
    expect(await readdir(refreshes())).toEqual([...[3, 4, 5, 6, 7].map((n) => `${n}.safetensors`), "log.jsonl"]);
    for (let number = 7; number >= 3; number--) expect((await undoRefresh(adapter)).number).toBe(number);
    await expect(undoRefresh(adapter)).rejects.toThrow("the weights from before are gone");
    expect(await held()).toBe("refreshed 2");
  });

  test("a refresh that could not be put in place leaves nothing, and one that was killed there is learned again", async () => {
    disk.isFull = true;
    await expect(keep(1)).rejects.toMatchObject({ code: "disk-full" });
    disk.isFull = false;
    expect([await held(), await states(), await readdir(refreshes())]).toEqual(["trained", [], ["log.jsonl"]]);

    const at = refreshOf(1).at;
    await keep(1);
    await cp(refreshes("1.safetensors"), weights(), { preserveTimestamps: true });
    const byItself = { leavesUndone: true };
    expect([await states(), await learnedUntil(adapter, [], byItself)]).toEqual([["1 undone"], trainedAt]);
    await rm(refreshes("1.safetensors"));
    expect(await learnedUntil(adapter, [], byItself)).toEqual(new Date(at));
  });

  test("weights that another program has written stay, and count as new", async () => {
    await keep(1);
    await writeFile(weights(), "written by PEFT");
    await utimes(weights(), trainedAt, trainedAt);
    expect(await learnedUntil(adapter, [])).toEqual(trainedAt);
    await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
    expect([await held(), await states()]).toEqual(["written by PEFT", ["1 undone"]]);
  });

  test("damaged weights from before do not come back", async () => {
    await keep(1);
    await writeFile(refreshes("1.safetensors"), "trai");
    await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
    expect(await held()).toBe("refreshed 1");
  });

  test("makes no folder where there is no adapter", async () => {
    await expect(undoRefresh(join(folder, "nowhere"))).rejects.toMatchObject({ code: "refresh-missing" });
    expect(await readdir(folder)).toEqual(["ledger"]);
  });
});

describe("a killed process", () => {
  test("between the log and the weights: the adapter knows what it knew, and a refresh follows", async () => {
    await keep(1);
    const [before, since] = [await held(), await learnedUntil(adapter, [])];
    await keep(2);
    await writeFile(weights(), before);
    expect([await learnedUntil(adapter, []), await states()]).toEqual([since, ["1 true", "2 undone"]]);
    await keep(3);
    expect((await undoRefresh(adapter)).number).toBe(3);
    expect((await undoRefresh(adapter)).number).toBe(1);
    expect(await held()).toBe("trained");
  });

  test("while it trains or writes: the next one clears up", async () => {
    await keep(1);
    await mkdir(refreshes(".next.training"));
    await mkdir(refreshes("next"));
    await writeFile(refreshes(".log.jsonl.0123abcd.part"), "{");
    await tidyRefreshes(adapter);
    expect(await readdir(refreshes())).toEqual(["1.safetensors", "log.jsonl"]);
  });

  test("a log that is full loses its oldest lines", async () => {
    const learned = Array.from({ length: 9000 }, () => ({ path: "a/long/path.py".repeat(8), hash: "0".repeat(64) }));
    for (let number = 1; number <= 3; number++) await addToLog(adapter, { ...refreshOf(number, false), learned });
    expect(await states()).toEqual(["2 false", "3 false"]);
  });

  test("a line that was cut off does not take the next one with it", async () => {
    await addToLog(adapter, refreshOf(1, false));
    await writeFile(refreshes("log.jsonl"), `${await readFile(refreshes("log.jsonl"), "utf8")}{"number":2,"at`);
    await addToLog(adapter, refreshOf(3, false));
    expect(await states()).toEqual(["1 false", "3 false"]);
  });
});

describe("an adapter from others", () => {
  test("a link in the place of its refreshes is refused", async () => {
    const elsewhere = join(folder, "elsewhere");
    await mkdir(join(elsewhere, "next"), { recursive: true });
    await symlink(elsewhere, refreshes());
    await expect(lockRefreshes(adapter)).rejects.toMatchObject({ code: "not-writable" });
    expect(await readdir(elsewhere)).toEqual(["next"]);
  });

  test("links among its refreshes lead nowhere", async () => {
    const diary = join(folder, "diary");
    await writeFile(diary, "mine");
    await mkdir(join(folder, "photos"));
    await writeFile(join(folder, "photos", "a.jpg"), "");
    await mkdir(refreshes());
    for (const name of ["log.jsonl", "1.safetensors"]) await symlink(diary, refreshes(name));
    await symlink(join(folder, "photos"), refreshes(".next.training"));
    await tidyRefreshes(adapter);
    await keep(1);
    expect([await readFile(diary, "utf8"), await readdir(join(folder, "photos"))]).toEqual(["mine", ["a.jpg"]]);
    expect((await undoRefresh(adapter)).number).toBe(1);
    expect(await held()).toBe("trained");
  });

  test.skipIf(process.platform === "win32")("pipes do not hold it up", async () => {
    await mkdir(refreshes());
    for (const name of ["log.jsonl", "lock"]) execFileSync("mkfifo", [refreshes(name)]);
    const release = await lockRefreshes(adapter);
    expect(await readRefreshes(adapter)).toEqual([]);
    await expect(keep(1)).rejects.toMatchObject({ code: "not-writable" });
    expect(await held()).toBe("trained");
    await release();
  });

  test("a report with an impossible time says nothing", async () => {
    const report = { format: 1, settings: {}, steps: 1, tokens: 1, trainLoss: 1, trainableParameters: 1 };
    for (const seconds of [1e300, -1e300]) {
      await writeFile(join(adapter, "graft.json"), JSON.stringify({ ...report, peakMemoryBytes: 1, seconds }));
      expect((await learnedUntil(adapter, [])).getTime()).toBeLessThanOrEqual(trainedAt.getTime());
    }
  });

  test("a training that waited or was resumed knows its files as they were when it read them", async () => {
    const report = { format: 1, settings: {}, steps: 1, tokens: 1, trainLoss: 1, trainableParameters: 1 };
    const readAt = "2023-12-24T08:00:00.000Z";
    const text = JSON.stringify({ ...report, peakMemoryBytes: 1, seconds: 60, readAt });
    await writeFile(join(adapter, "graft.json"), text);
    expect(await learnedUntil(adapter, [])).toEqual(new Date(readAt));
  });

  test("lines with impossible figures count as damaged", async () => {
    await mkdir(refreshes());
    const [weird, huge] = [{ ...refreshOf(1), lines: { count: 1, before: 1e9, after: 0 } }, refreshOf(1)];
    await writeFile(refreshes("log.jsonl"), `${JSON.stringify(weird)}\n${JSON.stringify({ ...huge, number: 1e9 })}\n`);
    expect(await readRefreshes(adapter)).toEqual([]);
  });
});

describe("an adapter that another window touches meanwhile", () => {
  test.each([
    ["replaced", () => writeFile(weights(), "trained anew")],
    ["deleted", () => rm(weights())],
  ])("%s: it is not refreshed", async (_, touch) => {
    const before = await hashOfWeights(adapter);
    await checkUnchanged(adapter, before);
    await touch();
    await expect(checkUnchanged(adapter, before)).rejects.toMatchObject({ code: "adapter-missing" });
  });

  test("its old name becomes free, unless something is there", async () => {
    await mkdir(refreshes());
    await removeIfEmpty(adapter);
    expect(await held()).toBe("trained");
    await rm(weights());
    await removeIfEmpty(adapter);
    expect(await readdir(folder)).toEqual([]);
  });
});
