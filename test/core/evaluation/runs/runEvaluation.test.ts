/** Evaluations of a tiny base of random weights. */

import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { compareRuns } from "../../../../extension/core/evaluation/scoring/compareRuns.ts";
import type { Ia3Adapter } from "../../../../extension/core/adapters/methods/ia3.ts";
import { writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { runEvaluation } from "../../../../extension/core/evaluation/runs/runEvaluation.ts";
import type { EvaluationOptions } from "../../../../extension/core/evaluation/runs/evaluationRequest.ts";
import type { EvaluationProgress } from "../../../../extension/core/evaluation/runs/progress.ts";
import { listRuns, readRun, type RunSummary } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import { writeTinyCheckpoint } from "../../baseModels/tinyCheckpoint.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
const tasks = 70;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-runs-"));
  await writeTinyCheckpoint(at("tiny"));
  const rows = Array.from({ length: tasks }, (_, i) => ({ id: `task ${i}`, intent: `add ${i}`, code: `x + ${i}` }));
  const lines = [...rows.map((row) => JSON.stringify(row)), '{"intent": "no code"}', "broken"];
  await writeFile(at("suite.jsonl"), lines.join("\n"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function optionsOf(more: Partial<EvaluationOptions> = {}): EvaluationOptions {
  return {
    base: at("tiny"),
    home: at("home"),
    embedded: at("tiny"),
    dataFolder: folder,
    suite: at("suite.jsonl"),
    beams: 2,
    ...more,
  };
}

const predictionsOf = ({ folder: run }: RunSummary): Promise<string> =>
  readFile(join(run, "predictions.jsonl"), "utf8");

test("predicts, scores and keeps all of it in a folder", async () => {
  const events: EvaluationProgress[] = [];
  const run = await runEvaluation(optionsOf(), { log: silentLog, onProgress: (progress) => events.push(progress) });
  expect(run).toMatchObject({ done: tasks, candidate: expect.stringMatching(/^tiny-\w+$/) });
  expect(run.result).toMatchObject({ items: tasks, shortened: 0 });
  expect(Object.keys(run.result!.scores)).toEqual([
    "em@1",
    "em@2",
    "codebleu",
    ...["ngram", "weightedNgram", "syntax", "dataflow"].map((part) => `codebleu.${part}`),
    "chrf",
    "chrf++",
    "editSimilarity",
  ]);
  expect(run.result!.problems.map(({ where }) => where)).toEqual(["suite.jsonl:71", "suite.jsonl:72"]);
  expect(events.filter(({ phase }) => phase === "predicting")).toHaveLength(tasks);
  expect(events.at(-1)).toMatchObject({ phase: "scoring", done: tasks, total: tasks });
  const rows = (await predictionsOf(run)).trimEnd().split("\n");
  expect(rows.map((row) => (JSON.parse(row) as { id: string }).id)).toEqual(
    Array.from({ length: tasks }, (_, i) => `task ${i}`),
  );
  expect(await readRun(run.folder)).toEqual(run);
  expect(await listRuns(at("home"))).toEqual([run]);
});

test("an interrupted run goes on where it stopped, and ends as if it had not been", async () => {
  const whole = await runEvaluation(optionsOf(), { log: silentLog });
  const other = optionsOf({ home: at("other"), base: at("tiny") });
  const stop = new AbortController();
  const stopped = runEvaluation(other, {
    log: silentLog,
    signal: stop.signal,
    onProgress: ({ done }) => done === tasks - 2 && stop.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  const [left] = await listRuns(at("other"));
  expect(left).toMatchObject({ id: whole.id, done: 64 });
  expect(left).not.toHaveProperty("result");
  // The file now looks as after a kill between two writes.
  await writeFile(join(left!.folder, "predictions.jsonl"), `${await predictionsOf(left!)}{"id": "task 64", "intent`);
  const seen: number[] = [];
  const run = await runEvaluation(other, { log: silentLog, onProgress: ({ done }) => seen.push(done) });
  expect(seen[0]).toBe(65);
  expect(await predictionsOf(run)).toBe(await predictionsOf(whole));
  expect(run.result!.scores).toEqual(whole.result!.scores);
});

test("a line of chunks that a kill has cut off is forgotten with its predictions", async () => {
  const whole = await runEvaluation(optionsOf(), { log: silentLog });
  const again = optionsOf({ home: at("torn") });
  const { folder: run } = await runEvaluation(again, { log: silentLog });
  const chunks = await readFile(join(run, "chunks.jsonl"), "utf8");
  await writeFile(join(run, "chunks.jsonl"), chunks.slice(0, -5));
  await rm(join(run, "result.json"));
  expect(await readRun(run)).toMatchObject({ done: 64 });
  const mended = await runEvaluation(again, { log: silentLog });
  expect(mended.result!.scores).toEqual(whole.result!.scores);
  expect(await predictionsOf(mended)).toBe(await predictionsOf(whole));
});

describe("chunks that say more than predictions.jsonl holds", () => {
  const damages: [string, number, (run: string) => Promise<void>][] = [
    ["no predictions at all", 1, (run) => rm(join(run, "predictions.jsonl"))],
    [
      "predictions cut off in the second chunk",
      65,
      (run) => edited(join(run, "predictions.jsonl"), (text) => text.slice(0, -20)),
    ],
    [
      "a line less in the first",
      1,
      (run) => edited(join(run, "predictions.jsonl"), (text) => text.replace(/.*\n/, "")),
    ],
    ["tasks that the suite does not have", 1, (run) => edited(join(run, "chunks.jsonl"), withFirst({ tasks: 9999 }))],
    [
      "problems in the place of predictions",
      1,
      (run) => edited(join(run, "chunks.jsonl"), withFirst({ problems: [{ where: "task 0", message: "long" }] })),
    ],
    ["bytes beyond the file", 1, (run) => edited(join(run, "chunks.jsonl"), withFirst({ bytes: 999_999_999 }))],
  ];
  const withFirst = (fields: object) => (text: string) => {
    const [first, ...others] = text.split("\n");
    return [JSON.stringify({ ...(JSON.parse(first!) as object), ...fields }), ...others].join("\n");
  };
  const edited = async (path: string, edit: (text: string) => string): Promise<void> =>
    await writeFile(path, edit(await readFile(path, "utf8")));

  test.each(damages)("%s: predicts again from the last that stands", async (name, from, damage) => {
    const whole = await runEvaluation(optionsOf(), { log: silentLog });
    const again = optionsOf({ home: at(`damaged ${name}`) });
    const { folder: run } = await runEvaluation(again, { log: silentLog });
    await rm(join(run, "result.json"));
    await damage(run);
    const warnings: string[] = [];
    const seen: number[] = [];
    const mended = await runEvaluation(again, {
      log: { ...silentLog, warn: (message) => void warnings.push(message) },
      onProgress: ({ phase, done }) => void (phase === "predicting" && seen.push(done)),
    });
    expect(seen[0]).toBe(from);
    expect(warnings).toContainEqual(expect.stringMatching(/^\d+ tasks are predicted again/));
    expect(mended.result!.scores).toEqual(whole.result!.scores);
    expect(await predictionsOf(mended)).toBe(await predictionsOf(whole));
  });
});

test.each(["run.json", "predictions.jsonl", "chunks.jsonl", "result.json"])(
  "refuses a run whose %s is a folder",
  async (file) => {
    const options = optionsOf({ home: at(`folder ${file}`), limit: 2 });
    const { folder: run } = await runEvaluation(options, { log: silentLog });
    await rm(join(run, "result.json"));
    await rm(join(run, file), { force: true });
    await mkdir(join(run, file));
    const refusal = { code: "run-invalid", message: expect.stringContaining(`${file}: it is not a file`) };
    await expect(runEvaluation(options, { log: silentLog })).rejects.toMatchObject(refusal);
    await expect(readRun(run)).rejects.toMatchObject(refusal);
    expect(await listRuns(at(`folder ${file}`))).toEqual([]);
  },
);

test.each([
  ["run.json", "Delete the run's folder"],
  ["chunks.jsonl", "Delete the run's folder"],
  ["result.json", "Delete this file"],
])("refuses a %s that is too large for any text: %s", async (file, nextStep) => {
  const home = at(`large ${file}`);
  const { folder: run } = await runEvaluation(optionsOf({ home, limit: 2 }), { log: silentLog });
  await truncate(join(run, file), 600e6);
  const refusal = { code: "run-invalid", nextStep: expect.stringContaining(nextStep) as string };
  await expect(readRun(run)).rejects.toMatchObject(refusal);
  expect(await listRuns(home)).toEqual([]);
});

test("a finished run keeps its scores without its predictions, and is not compared", async () => {
  const options = optionsOf({ home: at("bare"), limit: 2 });
  const run = await runEvaluation(options, { log: silentLog });
  await rm(join(run.folder, "predictions.jsonl"));
  const bare = await runEvaluation(options, { log: silentLog });
  expect(bare.result).toEqual(run.result);
  const whole = await runEvaluation(optionsOf({ limit: 2 }), { log: silentLog });
  const refusal = { code: "run-invalid", message: expect.stringContaining("0 of its 2 predictions") };
  await expect(compareRuns(whole, bare)).rejects.toMatchObject(refusal);
  await expect(compareRuns(bare, whole)).rejects.toMatchObject(refusal);
});

test("runs that have nothing in common are not compared", async () => {
  const run = await runEvaluation(optionsOf({ limit: 2 }), { log: silentLog });
  const options = optionsOf({ home: at("others"), limit: 2 });
  const other = await runEvaluation(options, { log: silentLog });
  const path = join(other.folder, "predictions.jsonl");
  await writeFile(path, (await readFile(path, "utf8")).replaceAll('"id":"task', '"id":"another'));
  await expect(compareRuns(run, other)).rejects.toMatchObject({ code: "runs-differ" });
});

test("what is finished is shown, unless it is asked for anew", async () => {
  const seen: string[] = [];
  const onProgress = ({ phase }: EvaluationProgress): void => void seen.push(phase);
  const first = await runEvaluation(optionsOf(), { log: silentLog, onProgress });
  expect(seen).toEqual([]);
  const anew = await runEvaluation(optionsOf({ fresh: true }), { log: silentLog, onProgress });
  expect(seen).toContain("predicting");
  expect(anew.result!.scores).toEqual(first.result!.scores);
});

test("a run with itself differs in nothing; runs of other suites or protocols are not compared", async () => {
  const run = await runEvaluation(optionsOf(), { log: silentLog });
  const { items, differences } = await compareRuns(run, run);
  expect(items).toBe(tasks);
  expect(differences["chrf"]).toEqual({ difference: 0, interval: { low: 0, high: 0 }, p: 1, verdict: "none" });
  const other = await runEvaluation(optionsOf({ protocol: "paper-v2", limit: 2 }), { log: silentLog });
  await expect(compareRuns(run, other)).rejects.toMatchObject({ code: "runs-differ" });
  const less = await runEvaluation(optionsOf({ limit: 3 }), { log: silentLog });
  expect((await compareRuns(run, less)).items).toBe(3);
});

test("an adapter that changes nothing predicts as its base, and what its training cost is told", async () => {
  const adapter = (width: number): Ia3Adapter => ({
    method: "ia3",
    name: "ones",
    baseModel: "",
    modules: new Map([
      ["model.layers.0.mlp.down_proj", { on: "input", values: new Float32Array(width).fill(1) } as const],
    ]),
  });
  await writeAdapter(at("ones"), adapter(96));
  await writeAdapter(at("wide"), adapter(95));
  const validationLoss = { before: 3, best: 2, last: 2.5 };
  const report = { format: 1, settings: {}, steps: 1, tokens: 1, seconds: 7, trainLoss: 1, validationLoss };
  await writeFile(at("ones", "graft.json"), JSON.stringify({ ...report, trainableParameters: 96, peakMemoryBytes: 9 }));
  const base = await runEvaluation(optionsOf({ limit: 5 }), { log: silentLog });
  const adapters = [{ folder: at("ones"), scale: 1 }];
  const run = await runEvaluation(optionsOf({ limit: 5, adapters }), { log: silentLog });
  expect(run.id).not.toBe(base.id);
  expect(run.candidate).toMatch(/^tiny-\w+ \+ ones$/);
  expect(run.record.configuration.adapters).toMatchObject([{ name: "ones", method: "ia3", parameters: 96 }]);
  expect(run.record.trainings).toEqual([{ adapter: "ones", seconds: 7, peakMemoryBytes: 9, validationLoss: 2 }]);
  expect(await predictionsOf(run)).toBe(await predictionsOf(base));
  const wide = optionsOf({ adapters: [{ folder: at("wide"), scale: 1 }] });
  await expect(runEvaluation(wide, { log: silentLog })).rejects.toMatchObject({ code: "adapter-mismatch" });
});

test("a list leaves out what is no run, and warns of one that cannot be read", async () => {
  await mkdir(at("listed", "runs", "empty"), { recursive: true });
  await mkdir(at("listed", "runs", "broken"));
  await writeFile(at("listed", "runs", "broken", "run.json"), "{");
  const warnings: string[] = [];
  expect(await listRuns(at("listed"), { ...silentLog, warn: (message) => void warnings.push(message) })).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining(join("broken", "run.json"))]);
});

test("a run of an earlier version, which called its configuration otherwise, is read all the same", async () => {
  const run = await runEvaluation(optionsOf({ limit: 2 }), { log: silentLog });
  const path = join(run.folder, "run.json");
  const { configuration, ...record } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...record, format: 1, making: configuration }));
  expect(await readRun(run.folder)).toEqual(run);
  await writeFile(path, JSON.stringify({ ...record, format: 3, configuration }));
  await expect(readRun(run.folder)).rejects.toMatchObject({ code: "run-invalid" });
});

test("refuses what is no run and what is no suite", async () => {
  await expect(readRun(at("home"))).rejects.toMatchObject({ code: "run-missing" });
  const refused = (more: Partial<EvaluationOptions>): Promise<RunSummary> =>
    runEvaluation(optionsOf(more), { log: silentLog });
  await expect(refused({ suite: folder })).rejects.toMatchObject({ code: "suite-empty" });
  await writeFile(at("tests.jsonl"), '{"task_id": 1, "text": "Add.", "test_list": ["assert f()"]}');
  await expect(refused({ suite: at("tests.jsonl") })).rejects.toMatchObject({ code: "code-execution" });
  await expect(refused({ adapters: [{ folder, scale: 1 }] })).rejects.toMatchObject({ code: "adapter-missing" });
});
