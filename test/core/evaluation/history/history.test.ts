/** The inputs of runs and which of them have changed, and runs that are imported, deleted and restored. */

import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changedInputs } from "../../../../extension/core/evaluation/history/changedInputs.ts";
import { deleteRun, restoreRun } from "../../../../extension/core/evaluation/history/deleteRun.ts";
import { importRuns } from "../../../../extension/core/evaluation/history/importRuns.ts";
import { runFacts } from "../../../../extension/core/evaluation/history/runFacts.ts";
import { studyHistory } from "../../../../extension/core/evaluation/history/studyHistory.ts";
import { readRun, type RunSummary } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import type { RunConfiguration } from "../../../../extension/core/evaluation/runs/runRecord.ts";
import type { PlannedRun } from "../../../../extension/core/evaluation/study/studyPlan.ts";
import { lockFolder } from "../../../../extension/core/foundation/locks/folderLock.ts";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { configurationOf, writeRun } from "../runs/writtenRun.ts";

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
const prediction = { id: "t1", intent: "set x", predictions: ["x = 1"], reference: "x = 1" };
const written = (home: string, part: Partial<RunConfiguration>, startedAt?: string): Promise<RunSummary> =>
  writeRun(at(home), configurationOf(part), [prediction], startedAt === undefined ? {} : { startedAt });
const suite = { name: "pairs.jsonl", kind: "pairs", hash: "a suite", tasks: 3 } as const;
const base = { name: "a-base", hash: "a base", modelType: "llama", parameters: 1000 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-history-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a run's facts have the hashes, the settings and the machine", async () => {
  const adapters = [{ name: "sql", scale: 0.5, method: "lora", parameters: 10, bytes: 40, hash: "an adapter" }];
  const { id, folder: run } = await written("facts", { adapters, mode: "trained" });
  expect(id).toMatch(/^pairs-a-base-sql@0\.5-graft-/);
  const facts = Object.fromEntries(runFacts(await readRun(run)).map(({ name, value }) => [name, value]));
  expect(facts).toMatchObject({
    suiteHash: "a suite",
    baseHash: "a base",
    adapter: "sql@0.5 (lora), an adapter",
    protocol: "graft",
    decoding: "greedy",
    seed: "42",
    version: "0.1.0, Node 24.0.0",
    machine: "a processor, 2 cores, 8 GB, test",
    device: "cpu",
    tasks: "3",
    finished: "2026-01-02T03:05:00.000Z",
  });
});

test("inputs that changed under the same name are told; another question is no change", () => {
  const now = configurationOf();
  expect(changedInputs(now, configurationOf())).toEqual([]);
  expect(changedInputs(now, configurationOf({ suite: { ...suite, hash: "other" } }))).toEqual(["suite"]);
  expect(changedInputs(now, configurationOf({ suite: { ...suite, tasks: 2 } }))).toEqual(["suite"]);
  expect(changedInputs(now, configurationOf({ base: { ...base, hash: "other" }, version: "0.0.9" }))).toEqual([
    "base",
    "version",
  ]);
  expect(changedInputs(now, configurationOf({ seed: 7 }))).toBeUndefined();
  expect(changedInputs(now, configurationOf({ protocol: "paper-v2" }))).toBeUndefined();
  expect(changedInputs(now, configurationOf({ suite: { ...suite, name: "others.jsonl" } }))).toBeUndefined();
});

test("a study's history has its runs and those of earlier inputs, the newest first", async () => {
  const own = await written("history", {}, "2026-03-01T00:00:00.000Z");
  const earlier = await written("history", { base: { ...base, hash: "before" } }, "2026-02-01T00:00:00.000Z");
  await written("history", { protocol: "paper-v2" });
  const planned = { id: own.id, configuration: own.record.configuration, candidateName: "mine" } as PlannedRun;
  const history = await studyHistory({ title: "T", runs: [planned], notes: [] }, at("history"));
  expect(history.map(({ id, candidate, isPlanned, changed }) => [id, candidate, isPlanned, changed])).toEqual([
    [own.id, "mine", true, []],
    [earlier.id, "mine", false, ["base"]],
  ]);
  expect(history[0]!.scores).toMatch(/^EM@1 100\.00 %/);
});

test("runs are imported from an export, a folder or one by one; those that are here stay", async () => {
  const [one, two] = [await written("there", {}), await written("there", { seed: 7 })];
  expect(await importRuns(at("there"), at("here"))).toEqual({
    imported: [one.id, two.id].toSorted(),
    known: [],
    problems: [],
  });
  const { candidate, record, result } = await readRun(at("here", "runs", one.id));
  expect([candidate, record, result]).toEqual([one.candidate, one.record, one.result]);
  expect(await readFile(at("here", "runs", one.id, "predictions.jsonl"), "utf8")).toBe(
    await readFile(join(one.folder, "predictions.jsonl"), "utf8"),
  );
  expect(await importRuns(one.folder, at("here"))).toEqual({ imported: [], known: [one.id], problems: [] });
  await mkdir(at("empty"));
  await expect(importRuns(at("empty"), at("here"))).rejects.toMatchObject({ code: "run-missing" });
});

test("a run that is damaged, renamed, unfinished or a link is refused, and leaves nothing", async () => {
  const runs = await Promise.all([1, 2, 3, 4, 5].map((seed) => written("broken", { seed })));
  const [damaged, renamed, unfinished, linked, unlike] = runs as [
    RunSummary,
    RunSummary,
    RunSummary,
    RunSummary,
    RunSummary,
  ];
  await writeFile(join(damaged.folder, "run.json"), "{");
  await rename(renamed.folder, `${renamed.folder}0`);
  await rm(join(unfinished.folder, "result.json"));
  await rename(join(linked.folder, "predictions.jsonl"), at("elsewhere"));
  await symlink(at("elsewhere"), join(linked.folder, "predictions.jsonl"));
  await writeFile(join(unlike.folder, "predictions.jsonl"), '{"id":"x","predictions":"../"}\n');
  const { imported, problems } = await importRuns(at("broken"), at("strict"));
  expect(imported).toEqual([]);
  const messages = problems.map(({ message }) => english(message)).join("\n");
  expect(problems).toHaveLength(5);
  for (const reason of [
    "run.json",
    "predictions.jsonl:1",
    "its configuration does not match its name",
    "not finished",
    "is a link",
  ]) {
    expect(messages).toContain(reason);
  }
  expect(problems.map(({ nextStep }) => english(nextStep))).toContain("Finish it on its machine first.");
  expect(await readdir(at("strict", "runs"))).toEqual([]);
});

test("a deleted run comes back as it was, unless it was evaluated again", async () => {
  const { id } = await written("deleting", {});
  await deleteRun(id, at("deleting"));
  expect(await readdir(at("deleting", "runs"))).toEqual([]);
  await restoreRun(id, at("deleting"));
  expect((await readRun(at("deleting", "runs", id))).result?.items).toBe(1);
  await deleteRun(id, at("deleting"));
  await written("deleting", {});
  await expect(restoreRun(id, at("deleting"))).rejects.toMatchObject({ code: "run-busy" });
  await deleteRun(id, at("deleting"));
  await restoreRun(id, at("deleting"));
  await expect(restoreRun(id, at("deleting"))).rejects.toMatchObject({ code: "run-missing" });
});

test("a run of a hidden file is deleted and restored like any other", async () => {
  const { suite } = configurationOf({});
  const { id } = await written("hidden", { suite: { ...suite, name: ".tasks.jsonl" } });
  expect(id).toMatch(/^\.tasks/);
  await deleteRun(id, at("hidden"));
  await restoreRun(id, at("hidden"));
  expect(await readdir(at("hidden", "runs"))).toEqual([id]);
});

test("a run at work is not deleted, and no name leads out of the folder", async () => {
  const { id, folder: run } = await written("busy", {});
  const release = await lockFolder(join(run, "lock"), () => new Error("busy") as never);
  await expect(deleteRun(id, at("busy"))).rejects.toMatchObject({ code: "run-busy" });
  await release();
  for (const name of ["../runs", "..", ".", "", `../busy/runs/${id}`]) {
    await expect(deleteRun(name, at("busy"))).rejects.toMatchObject({ code: "run-missing" });
  }
});
