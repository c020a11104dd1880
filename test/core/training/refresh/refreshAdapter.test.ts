/** What a refresh learns, and when it is kept. */

import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { learnedUntil, readRefreshes } from "../../../../extension/core/training/refresh/refreshedWeights.ts";
import { readTrainingReport } from "../../../../extension/core/training/output/trainingReport.ts";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { train } from "../../../../extension/core/training/train.ts";
import type { TrialResult } from "../../../../extension/core/training/trialReport.ts";
import {
  adapter,
  data,
  difference,
  folder,
  ledgerAdapter,
  longAgo,
  places,
  refresh,
  scores,
  weightsOf,
  write,
} from "./ledgerAdapter.ts";

ledgerAdapter();

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

test("the figures that decided are kept", async () => {
  await write("fresh");
  const bodies = { bodies: 40, base: scores, adapter: scores, exact: difference, editSimilarity: difference };
  const { result } = await refresh({ verdict: "worse", decidedBy: "bodies", bodies });
  expect(result).toMatchObject({ decidedBy: "bodies", bodies: { count: 40, before: 50, after: 50 } });
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
