/** Refreshes on the embedded base, with trials whose findings the tests decide. */

import { copyFile, mkdtemp, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { copyAdapter } from "../../../../extension/core/adapters/library/copyAdapter.ts";
import { exists } from "../../../../extension/core/foundation/exists.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import {
  refreshAdapter,
  type RefreshControl,
  type RefreshOptions,
  type RefreshResult,
} from "../../../../extension/core/training/refresh/refreshAdapter.ts";
import {
  learnedUntil,
  readRefreshes,
  undoRefresh,
} from "../../../../extension/core/training/refresh/refreshedWeights.ts";
import { readTrainingReport } from "../../../../extension/core/training/output/trainingReport.ts";
import type { TrainOptions } from "../../../../extension/core/training/request.ts";
import { train } from "../../../../extension/core/training/train.ts";
import type { TrialResult, TrialSubject } from "../../../../extension/core/training/trialReport.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = join(import.meta.dirname, "../../../..");
let folder: string;
let trained: string;
let adapter: string;
let data: string;
const places = (): { base: string; home: string; embedded: string; dataFolder: string } => {
  return { base: "", home: join(folder, "home"), embedded: join(root, "base"), dataFolder: "" };
};
const weightsOf = async (at: string): Promise<string> => await readFile(join(at, "adapter_model.safetensors"), "hex");

const longAgo = new Date("2020-01-01T00:00:00Z");
async function write(name: string, when?: Date): Promise<void> {
  const path = join(data, `${name}.py`);
  await writeFile(path, `def ${name}(ledger):\n    entry = ledger.verify_entry("${name}")\n    return entry\n`);
  if (when) await utimes(path, when, when);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-refresh-"));
  data = join(folder, "ledger");
  await mkdir(data);
  for (let i = 0; i < 6; i++) await write(`old${i}`, longAgo);
  trained = join(folder, "trained");
  const options = { ...places(), data: [data], method: "ia3" as const, steps: 2, out: trained };
  await train(options, { log: silentLog });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  adapter = join(folder, "ledger-adapter");
  await copyAdapter(trained, adapter);
  // As if it had been trained a while ago, but after the old files.
  const then = new Date("2024-01-01T00:00:00Z");
  await utimes(join(adapter, "adapter_model.safetensors"), then, then);
});
afterEach(async () => {
  await rm(adapter, { recursive: true, force: true });
  await rm(join(data, "fresh.py"), { force: true });
});

/** Without the record of what the training learned, as in a copy for others, only the times of files count. */
async function copyRecord(): Promise<void> {
  await copyFile(join(trained, "learned.json"), join(adapter, "learned.json"));
}

const difference = { value: 0, low: -1, high: 1, p: 1 };
const scores = { exact: { value: 30, low: 20, high: 40 }, editSimilarity: { value: 50, low: 40, high: 60 } };
const comparison = { lines: 120, base: scores, adapter: scores, exact: difference, editSimilarity: difference };
const finding: TrialResult = { verdict: "alike", files: 6, seconds: 1, served: comparison, best: [], worst: [] };

async function refresh(
  found: Partial<TrialResult> | undefined,
  more: Partial<RefreshControl> = {},
  asked: Partial<RefreshOptions> = {},
): Promise<{ result: RefreshResult; subject: TrialSubject }> {
  let subject: TrialSubject | undefined;
  const trial: RefreshControl["trial"] = async (given) => {
    subject = given;
    return found && { ...finding, ...found };
  };
  const result = await refreshAdapter(
    { ...places(), adapter, data: [data], steps: 2, ...asked },
    { log: silentLog, trial, ...more },
  );
  return { result, subject: subject! };
}

describe("refreshAdapter", () => {
  test("learns what was written since the training, tried on the other files against the adapter as it was", async () => {
    await write("fresh");
    const before = await weightsOf(adapter);
    const { result, subject } = await refresh({});
    // One of the others was read again, which does not count.
    expect(result).toMatchObject({ number: 1, files: 1, steps: 2, kept: true, verdict: "alike" });
    expect(subject.earlier).toBe(adapter);
    expect(subject.heldOut).toHaveLength(5);
    expect(subject.heldOut.map(({ path }) => path)).not.toContain("fresh.py");
    expect(await weightsOf(adapter)).not.toBe(before);
    expect(await readdir(join(adapter, "refreshes"))).toEqual(["1.safetensors", "log.jsonl"]);
  });

  test("a second refresh learns only what was written after the first", async () => {
    await write("fresh");
    const { result } = await refresh({});
    expect(await learnedUntil(adapter, [data])).toEqual(new Date(result.at));
    await utimes(join(data, "fresh.py"), longAgo, longAgo);
    await expect(refresh({})).rejects.toMatchObject({ code: "nothing-changed" });
  });

  test("an undo brings back the weights, and their time", async () => {
    await write("fresh");
    const [before, known] = [await weightsOf(adapter), await learnedUntil(adapter, [data])];
    await refresh({});
    await undoRefresh(adapter);
    expect(await weightsOf(adapter)).toBe(before);
    expect(await learnedUntil(adapter, [data])).toEqual(known);
    expect(await readRefreshes(adapter)).toMatchObject([{ number: 1, kept: true, undone: true }]);
    await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
  });

  test.each<[string, Partial<TrialResult> | undefined]>([
    ["worse", { verdict: "worse" }],
    ["forgets", { forgets: "lines" }],
    ["forgets", { verdict: "better", forgets: "bits" }],
    ["untried", undefined],
  ])("%s: it stays as it was, and the list says so", async (verdict, found) => {
    await write("fresh");
    const before = await weightsOf(adapter);
    const { result } = await refresh(found);
    expect(result).toMatchObject({ kept: false, verdict });
    expect(await weightsOf(adapter)).toBe(before);
    expect(await readdir(join(adapter, "refreshes"))).toEqual(["log.jsonl"]);
    expect(await readRefreshes(adapter)).toMatchObject([{ number: 1, kept: false, verdict }]);
  });

  test("a refresh that is stopped changes nothing and leaves nothing", async () => {
    await write("fresh");
    const [before, stop] = [await weightsOf(adapter), new AbortController()];
    const stopped = refresh({}, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(await weightsOf(adapter)).toBe(before);
    expect(await readdir(join(adapter, "refreshes"))).toEqual([]);
  });

  test("a refresh that is stopped after its trial changes nothing", async () => {
    await write("fresh");
    const [before, stop] = [await weightsOf(adapter), new AbortController()];
    const trial: RefreshControl["trial"] = async () => {
      stop.abort();
      return finding;
    };
    await expect(refresh({}, { trial, signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(await weightsOf(adapter)).toBe(before);
    expect(await readdir(join(adapter, "refreshes"))).toEqual([]);
  });

  test("an adapter that is deleted meanwhile is not refreshed, and its name is free", async () => {
    await write("fresh");
    const deleted = join(folder, "deleted");
    const trial: RefreshControl["trial"] = async () => {
      await rename(adapter, deleted);
      return finding;
    };
    const before = await weightsOf(adapter);
    const refused = { code: "adapter-missing", message: expect.stringContaining("renamed or deleted") as string };
    await expect(refresh({}, { trial })).rejects.toMatchObject(refused);
    expect(await exists(adapter)).toBe(false);
    expect(await weightsOf(deleted)).toBe(before);
    await rm(deleted, { recursive: true });
  });

  test("makes no folder where there is no adapter", async () => {
    await rm(adapter, { recursive: true });
    await expect(refresh({})).rejects.toMatchObject({ code: "adapter-missing" });
    expect(await exists(adapter)).toBe(false);
  });

  test("a new training replaces the adapter with its refreshes", async () => {
    await write("fresh");
    await refresh({});
    await train({ ...places(), data: [data], method: "ia3", steps: 1, out: adapter }, { log: silentLog });
    expect(await readdir(adapter)).not.toContain("refreshes");
    await expect(undoRefresh(adapter)).rejects.toMatchObject({ code: "refresh-missing" });
  });

  test("a refresh on other folders hides no change in these", async () => {
    await write("fresh");
    const other = join(folder, "other");
    await mkdir(other);
    for (const name of ["one", "two", "three"]) await writeFile(join(other, `${name}.py`), `${name} = 1\n`);
    await utimes(join(other, "one.py"), longAgo, longAgo);
    await utimes(join(other, "two.py"), longAgo, longAgo);
    await refresh({}, {}, { data: [other] });
    expect((await refresh({})).result).toMatchObject({ number: 2, files: 1 });
    await rm(other, { recursive: true });
  });

  test("in an editor only the folders that it was trained on count", async () => {
    await write("fresh");
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "new.py"), "new = 1\n");
    const own = { ownFoldersOnly: true };
    await expect(refresh({}, {}, { ...own, data: [other] })).rejects.toMatchObject({
      code: "data-foreign",
      message: 'Cannot refresh "ledger-adapter": it was trained on ledger, not on other.',
    });
    const { result } = await refresh({}, {}, { ...own, data: [other, data] });
    expect(result).toMatchObject({ files: 1, data: [data] });
    await rm(other, { recursive: true });
  });

  test("what was taken back comes again only when somebody asks", async () => {
    await write("fresh");
    await refresh({});
    await undoRefresh(adapter);
    await expect(refresh({}, {}, { byItself: true })).rejects.toMatchObject({ code: "nothing-changed" });
    expect((await refresh({})).result).toMatchObject({ number: 2, kept: true });
  });

  test("the figures that decided are kept", async () => {
    await write("fresh");
    const bodies = { bodies: 40, base: scores, adapter: scores, exact: difference, editSimilarity: difference };
    const { result } = await refresh({ verdict: "worse", decidedBy: "bodies", bodies });
    expect(result).toMatchObject({ decidedBy: "bodies", bodies: { count: 40, before: 50, after: 50 } });
  });

  test("a copy for others has no refreshes", async () => {
    await write("fresh");
    await copyRecord();
    await refresh({});
    const copy = join(folder, "copy");
    await copyAdapter(adapter, copy);
    expect(await readRefreshes(copy)).toEqual([]);
    expect(await readdir(copy)).not.toContain("learned.json");
    expect((await stat(join(copy, "adapter_model.safetensors"))).size).toBeGreaterThan(0);
    await rm(copy, { recursive: true });
  });
});

describe("a text that was learned has not changed, whatever its time", () => {
  const old = (): string => join(data, "old0.py");
  let text: string;
  beforeEach(async () => {
    text = await readFile(old(), "utf8");
    await copyRecord();
  });
  afterEach(async () => {
    await writeFile(old(), text);
    await utimes(old(), longAgo, longAgo);
  });
  const nothing = { code: "nothing-changed" };
  const touch = (path: string): Promise<void> => utimes(path, new Date(), new Date());

  test("in the training: touched, edited, edited back, renamed", async () => {
    await touch(old());
    await expect(refresh({})).rejects.toMatchObject(nothing);
    await writeFile(old(), `${text}\nbalance = 7\n`);
    const { result } = await refresh({ verdict: "worse" });
    expect(result).toMatchObject({ kept: false, files: 1, learned: [{ path: "old0.py" }] });
    await writeFile(old(), text);
    await expect(refresh({})).rejects.toMatchObject(nothing);
    await rename(old(), join(data, "fresh.py"));
    await touch(join(data, "fresh.py"));
    await expect(refresh({})).rejects.toMatchObject(nothing);
  });

  test("in a refresh, until it is taken back", async () => {
    await write("fresh");
    expect((await refresh({})).result.learned).toMatchObject([{ path: "fresh.py" }]);
    await touch(join(data, "fresh.py"));
    await expect(refresh({})).rejects.toMatchObject(nothing);
    await undoRefresh(adapter);
    await expect(refresh({}, {}, { byItself: true })).rejects.toMatchObject(nothing);
    expect((await refresh({})).result).toMatchObject({ kept: true, files: 1 });
  });

  test("a refresh that stayed out has taught nothing", async () => {
    await write("fresh");
    await refresh({ verdict: "worse" });
    expect((await refresh({})).result).toMatchObject({ kept: true, files: 1 });
  });

  test("where all files have new times, as in a new clone, the unchanged ones are left to the trial", async () => {
    const files = (await readdir(data)).map((name) => join(data, name));
    await Promise.all(files.map(touch));
    await write("fresh");
    const { result, subject } = await refresh({});
    expect([result.files, subject.heldOut.length]).toEqual([1, 5]);
    await Promise.all(files.map((path) => utimes(path, longAgo, longAgo)));
  });

  test.each(["[{", '[{"path":"old0.py","hash":"x"}]'])(
    "the time alone counts with a damaged record: %s",
    async (bad) => {
      await writeFile(join(adapter, "learned.json"), bad);
      await touch(old());
      expect((await refresh({})).result).toMatchObject({ files: 1, learned: [{ path: "old0.py" }] });
    },
  );

  test("a new training replaces the record", async () => {
    await writeFile(join(adapter, "learned.json"), "[");
    await train({ ...places(), data: [old()], method: "ia3", steps: 1, out: adapter }, { log: silentLog });
    expect(JSON.parse(await readFile(join(adapter, "learned.json"), "utf8"))).toMatchObject([{ path: "old0.py" }]);
  });
});

test("what has changed is learned at a third of the usual rate, unless a rate is given", async () => {
  await write("fresh");
  const rateWith = async (more: Partial<TrainOptions>): Promise<unknown> => {
    const out = join(folder, "apart");
    const options = { ...places(), data: [data], method: "ia3" as const, steps: 1, out, ...more };
    await train(options, { log: silentLog });
    return (await readTrainingReport(out))!.settings["learningRate"];
  };
  const usual = await rateWith({});
  const changes = { init: adapter, changedSince: "2024-01-01T00:00" };
  expect(await rateWith(changes)).toBeCloseTo((usual as number) / 3, 12);
  expect(await rateWith({ ...changes, learningRate: 0.02 })).toBe(0.02);
  expect(await rateWith({ init: adapter })).toBe(usual);
});

test("what is written while a training is paused is learned later", async () => {
  const [out, stop] = [join(folder, "paused"), new AbortController()];
  const options = { ...places(), data: [data], method: "ia3" as const, steps: 2, out };
  const paused = train(options, { log: silentLog, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(paused).rejects.toMatchObject({ name: "AbortError" });
  const pausedAt = new Date();
  await train({ ...options, data: [], resume: true }, { log: silentLog });
  expect((await learnedUntil(out, [data])).getTime()).toBeLessThan(pausedAt.getTime());
  expect(JSON.parse(await readFile(join(out, "learned.json"), "utf8"))).toHaveLength(6);
});

test("a damaged log keeps its good lines", async () => {
  await write("fresh");
  await refresh({});
  const log = join(adapter, "refreshes", "log.jsonl");
  await writeFile(log, `{"number":"x"}\n${await readFile(log, "utf8")}{"numb`);
  expect(await readRefreshes(adapter)).toMatchObject([{ number: 1 }]);
});
