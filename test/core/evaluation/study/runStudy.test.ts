/** Studies of tiny bases, from the plan to the report. */

import { writeFileSync } from "node:fs";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { compareRuns } from "../../../../extension/core/evaluation/scoring/compareRuns.ts";
import { runEvaluation } from "../../../../extension/core/evaluation/runs/runEvaluation.ts";
import { readRun } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import { readLearningCurves } from "../../../../extension/core/evaluation/study/charts/learningCurves.ts";
import { studyCharts } from "../../../../extension/core/evaluation/study/charts/studyCharts.ts";
import { exportStudy } from "../../../../extension/core/evaluation/study/export/exportStudy.ts";
import { runStudy, type StudyProgress } from "../../../../extension/core/evaluation/study/runStudy.ts";
import { readStudy, writeStudy } from "../../../../extension/core/evaluation/study/studyFile.ts";
import { planStudy } from "../../../../extension/core/evaluation/study/studyPlan.ts";
import { reportStudy } from "../../../../extension/core/evaluation/study/studyReport.ts";
import { trainedAs } from "../../../../extension/core/evaluation/study/studyTraining.ts";
import { checkpointFile } from "../../../../extension/core/training/output/checkpoint.ts";
import { workFolderOf } from "../../../../extension/core/training/output/workFolder.ts";
import { hashOfWeights } from "../../../../extension/core/training/refresh/refreshedWeights.ts";
import { studyTables } from "../../../../extension/core/evaluation/study/export/studyTables.ts";
import { tinyStudies } from "./tinyStudies.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { at, placesOf, studyOf, tasks } = tinyStudies();
const control = { log: silentLog };

test("a study is planned, run and reported, with the figures of single runs", async () => {
  const places = placesOf("home");
  const own = { ...places, base: at("tiny"), suite: at("suite.jsonl"), beams: 2 };
  const single = await runEvaluation(own, control);
  const plan = await planStudy(studyOf(), places, control);
  expect(
    plan.runs.map(({ candidateName, seed, isFinished, basis }) => [candidateName, seed, isFinished, basis]),
  ).toEqual([
    ["one", 42, true, undefined],
    ["other", 42, false, "scaled"],
    ["drawn", 1, false, "scaled"],
    ["drawn", 2, false, "scaled"],
  ]);
  expect(plan.runs[0]!.id).toBe(single.id);
  const events: StudyProgress[] = [];
  const { plan: done, failures } = await runStudy(
    { study: studyOf(), ...places },
    { ...control, onProgress: (each) => events.push(each) },
  );
  expect(failures).toEqual([]);
  expect(done.runs.every(({ isFinished, done: number }) => isFinished && number === tasks)).toBe(true);
  expect(events.filter(({ kind }) => kind === "finished").map((each) => "run" in each && each.run)).toEqual([
    0, 1, 2, 3,
  ]);
  const early = events.flatMap((each) => (each.kind === "predicting" && each.scores ? [each.scores] : []));
  expect(early.length).toBeGreaterThan(0);
  expect(early[0]!["chrf"]!.low).toBeLessThanOrEqual(early[0]!["chrf"]!.value);

  const { suites } = await reportStudy(done, places.home);
  const [report] = suites;
  expect(report!.rows.map(({ candidate, seeds }) => [candidate, seeds])).toEqual([
    ["one", [42]],
    ["other", [42]],
    ["drawn", [1, 2]],
  ]);
  expect(report!.rows[0]!.scores).toEqual(single.result!.scores);
  // The test between two candidates of one seed each gives the result of graft runs compare.
  const other = await readRun(join(places.home, "runs", done.runs[1]!.id!));
  const { differences } = await compareRuns(single, other);
  const { differences: own2 } = report!.tests.find(({ first, second }) => first === 0 && second === 1)!;
  expect(own2["chrf"]).toEqual(differences["chrf"]);
  expect(Object.keys(report!.rows[0]!.marks).length + Object.keys(report!.rows[1]!.marks).length).toBeGreaterThan(0);
  // Tests are kept on disk, and computed again if the kept ones are damaged.
  const kept = join(places.home, "studies", "tests");
  const [first] = await readdir(kept);
  await writeFile(join(kept, first!), "{");
  expect((await reportStudy(done, places.home)).suites).toEqual(suites);
  for (const { svg } of studyCharts({ title: "Tiny", suites })) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(studyCharts({ title: "Tiny", suites }).map(({ name }) => name)).toContain("suite-jsonl-graft-em@1-by-k");
});

test("a paused study keeps the chunk at work, and ends as if it had not been paused", async () => {
  const study = studyOf({ candidates: [{ base: at("tiny") }] });
  const whole = await runStudy({ study, ...placesOf("whole") }, control);
  const pause = new AbortController();
  const running = runStudy(
    { study, ...placesOf("paused") },
    { ...control, pause: pause.signal, onProgress: (progress) => progress.kind === "predicting" && pause.abort() },
  );
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  const [left] = (await planStudy(study, placesOf("paused"), control)).runs;
  expect(left).toMatchObject({ done: 64, tasks, isFinished: false });
  const resumed = await runStudy({ study, ...placesOf("paused") }, control);
  const predictions = (home: string): Promise<string> =>
    readFile(at(home, "runs", whole.plan.runs[0]!.id!, "predictions.jsonl"), "utf8");
  const resultOf = async (home: string): Promise<unknown> =>
    (await readRun(at(home, "runs", resumed.plan.runs[0]!.id!))).result!.scores;
  expect(await resultOf("paused")).toEqual(await resultOf("whole"));
  expect(await predictions("paused")).toBe(await predictions("whole"));
});

test("runs have their turn in the order of the file, which may change while the study runs", async () => {
  const study = studyOf({
    suites: [{ source: at("suite.jsonl"), limit: 2, examples: at("suite.jsonl") }],
    order: [
      [0, 2, 2],
      [0, 1, 42],
    ],
  });
  const file = at("ordered.json");
  await writeStudy(file, study);
  const places = placesOf("ordered");
  const { runs, order } = await planStudy(await readStudy(file), places, control);
  expect(runs.map(({ candidateName }) => candidateName)).toEqual(["one", "other", "drawn", "drawn"]);
  expect(order).toEqual([3, 1, 0, 2]);
  const turns: number[] = [];
  const { plan } = await runStudy(
    { study, file, ...places },
    {
      ...control,
      onProgress: (progress) => {
        if (progress.kind !== "finished") return;
        turns.push(progress.run);
        const last = [
          [0, 2, 1],
          [0, 0, 42],
        ];
        // Before the third run's turn.
        if (turns.length === 1) writeFileSync(file, JSON.stringify({ ...study, order: last }));
        if (turns.length === 2) writeFileSync(file, "{");
      },
    },
  );
  expect(turns).toEqual([3, 2, 0, 1]);
  expect(plan.runs.every(({ isFinished }) => isFinished)).toBe(true);
  // Tables have the candidates in the study's order.
  const { suites } = await reportStudy(plan, places.home);
  expect(suites[0]!.rows.map(({ candidate }) => candidate)).toEqual(["one", "other", "drawn"]);
});

test("a run that fails and a suite that is gone do not stop the others; twins share a run", async () => {
  const study = studyOf({
    suites: [{ source: at("gone.jsonl") }, { source: at("suite.jsonl"), limit: 3 }],
    candidates: [
      { name: "icl", base: at("tiny"), mode: "icl" },
      { name: "a", base: at("tiny") },
      { name: "b", base: at("tiny") },
    ],
  });
  const { plan, failures } = await runStudy({ study, ...placesOf("failing") }, control);
  expect(failures.map(({ problem }) => english(problem.message))).toEqual([
    ...["icl", "a", "b"].map(() => expect.stringContaining("gone.jsonl")),
    expect.stringContaining("no source of examples"),
  ]);
  expect(plan.runs.filter(({ isFinished }) => isFinished).map(({ candidateName }) => candidateName)).toEqual(["a"]);
  expect(plan.notes.map(english)).toEqual([expect.stringMatching(/^b on suite.jsonl is the same run as a/)]);
});

test("notes name a candidate that is left out as tables would, and what an order has too much", async () => {
  const suites = [{ source: at("suite.jsonl"), limit: 1 }];
  const study = studyOf({ suites, candidates: [{ base: at("tiny") }, { base: at("tiny"), context: "repository" }] });
  const { notes } = await planStudy(study, placesOf("notes"), control);
  expect(notes.map(english)).toEqual([expect.stringMatching(/^tiny \+ repository is not evaluated on suite\.jsonl\./)]);
  // The embedded base has the same name whether or not a run of it is planned.
  const embedded = studyOf({ suites, candidates: [{ base: "" }, { base: "", context: "repository" }] });
  const order: [number, number, number][] = [[0, 7, 42]];
  const plan = await planStudy({ ...embedded, order }, placesOf("notes"), control);
  expect(plan.runs.map(({ candidateName }) => candidateName)).toEqual(["graft-base"]);
  expect(plan.notes.map(english)).toEqual([
    expect.stringMatching(/^graft-base \+ repository is not evaluated/),
    "The order names [0, 7, 42], but the study has no such suite or candidate.",
  ]);
});

test("suites with tests are refused before anything runs, unless the user consents", async () => {
  await writeFile(at("tests.jsonl"), `${JSON.stringify({ task_id: 1, text: "x", test_list: ["assert 1"] })}\n`);
  const study = studyOf({ suites: [{ source: at("tests.jsonl") }], candidates: [{ base: at("tiny") }] });
  const plan = await planStudy(study, placesOf("consent"), control);
  // A machine without a sandbox says so in the plan.
  if (plan.runs[0]!.problem) expect(english(plan.runs[0]!.problem.message)).toMatch(/sandbox|Python/);
  else
    await expect(runStudy({ study, ...placesOf("consent") }, control)).rejects.toMatchObject({
      code: "code-execution",
    });
});

test("what is missing is trained once, and its adapter evaluated", async () => {
  const training = { method: "lora", data: [at("suite.jsonl")], steps: 1, rank: 2, maxLength: 32 };
  const study = studyOf({
    suites: [{ source: at("suite.jsonl"), limit: 2 }],
    candidates: [{ name: "trained", base: at("tiny"), training }],
  });
  const places = placesOf("training");
  expect((await planStudy(study, places, control)).runs).toMatchObject([{ needsTraining: true }]);
  const kinds: string[] = [];
  const { plan, failures } = await runStudy(
    { study, ...places },
    { ...control, onProgress: ({ kind }) => kinds.push(kind) },
  );
  expect([failures, kinds.filter((kind) => kind === "training").length]).toEqual([[], 1]);
  const { record } = await readRun(join(places.home, "runs", plan.runs[0]!.id!));
  expect(record.configuration).toMatchObject({ mode: "trained", adapters: [{ name: "trained", method: "lora" }] });
  expect(record.trainings).toHaveLength(1);
  const again: string[] = [];
  await runStudy({ study, ...places }, { ...control, onProgress: ({ kind }) => again.push(kind) });
  expect(again).toEqual(["plan", "finished"]);
});

test("a training is made again when its data has changed, also where it was interrupted or cannot be resumed", async () => {
  const data = at("changing.jsonl");
  const write = async (code: string): Promise<void> => await writeFile(data, JSON.stringify({ intent: "add", code }));
  await write("x + 1");
  const training = { method: "lora", data: [data], steps: 3, batchSize: 1, rank: 2, maxLength: 32, saveEvery: 0 };
  const suites = [{ source: at("suite.jsonl"), limit: 1 }];
  const study = studyOf({ suites, candidates: [{ name: "learner", base: at("tiny"), training }] });
  const places = placesOf("changing");
  const { folder } = trainedAs(study.candidates[0]!, places)!;
  const weights = async (): Promise<string | undefined> => await hashOfWeights(folder);
  const run = async (more: { fresh?: boolean; stopAfter?: number } = {}) => {
    const pause = new AbortController();
    const [steps, warnings]: [number[], string[]] = [[], []];
    const onProgress = (event: StudyProgress): void => {
      if (event.kind !== "training") return;
      steps.push(event.training.step);
      if (event.training.step === more.stopAfter) pause.abort();
    };
    const log = { ...silentLog, warn: (text: string) => warnings.push(text) };
    const options = { study, fresh: more.fresh ?? false, ...places };
    const ended = runStudy(options, { log, pause: pause.signal, onProgress });
    if (more.stopAfter === undefined) expect((await ended).failures).toEqual([]);
    else await expect(ended).rejects.toMatchObject({ name: "AbortError" });
    return { steps, warnings };
  };
  const planned = async () => (await planStudy(study, places, control)).runs[0]!.needsTraining;

  expect((await run()).steps).toEqual([1, 2, 3]);
  const first = await weights();
  expect(await planned()).toBe(false);
  expect((await run()).steps).toEqual([]);

  await write("x * 2");
  expect(await planned()).toBe(true);
  expect(await run({ stopAfter: 1 })).toMatchObject({ warnings: [expect.stringMatching(/learner has changed/)] });
  expect(await run({ stopAfter: 2 })).toEqual({ steps: [2], warnings: [] });
  await truncate(join(workFolderOf(folder), checkpointFile), 100);
  expect(await run()).toEqual({ steps: [1, 2, 3], warnings: [expect.stringMatching(/trained again from its start/)] });
  expect(await weights()).not.toBe(first);

  await write("x - 3");
  await run({ stopAfter: 1 });
  expect((await run({ fresh: true })).steps).toEqual([1, 2, 3]);
  // Without the data, nothing shows whether it has changed.
  await rm(data);
  expect(await planned()).toBe(false);
});

test.each([
  [{ data: ["nowhere.jsonl"] }, /nowhere\.jsonl does not exist/],
  [{ data: [import.meta.dirname], include: ["nosuch.py"] }, /Cannot include nosuch\.py/],
  [{ data: [import.meta.dirname], commitsSince: "2999-01-01" }, /still to come/],
  [{ validation: "1.5" }, /Cannot hold out 1\.5/],
  [{ validation: "nowhere.jsonl" }, /nowhere\.jsonl does not exist/],
])("a training with %j is refused by the plan, not while the study runs", async (more, reason) => {
  const training = { method: "lora", data: [at("suite.jsonl")], ...more };
  const study = studyOf({ candidates: [{ base: at("tiny"), training }] });
  const { runs } = await planStudy(study, placesOf("refused"), control);
  expect(runs.map(({ problem }) => problem && english(problem.message))).toEqual([expect.stringMatching(reason)]);
});

test("a base whose weights were all trained counts them, with their size and the cost of the training", async () => {
  const training = { data: [at("suite.jsonl")], validation: "0.1", steps: 1, maxLength: 32 };
  const study = studyOf({
    suites: [{ source: at("suite.jsonl"), limit: 2 }],
    candidates: [
      { name: "alone", base: at("tiny") },
      { name: "all", base: at("tiny"), training: { method: "full", ...training } },
      { name: "small", base: at("tiny"), training: { method: "ia3", ...training } },
    ],
  });
  const places = placesOf("full");
  const { plan, failures } = await runStudy({ study, ...places }, control);
  expect(failures).toEqual([]);
  const { suites } = await reportStudy(plan, places.home);
  const [alone, all, small] = suites[0]!.rows;
  // 512 × 64 embeddings, which are the head, too; one layer of attention (4 and 2 heads of 16) and MLP; three norms.
  const parameters = 512 * 64 + 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96 + 3 * 64;
  expect(all).toMatchObject({ trainableParameters: parameters, adapterBytes: expect.any(Number) });
  expect(all!.adapterBytes).toBeGreaterThan(parameters);
  expect(all!.trainingSeconds).toBeGreaterThan(0);
  expect(all!.trainingMemoryBytes).toBeGreaterThan(0);
  expect([alone!.trainableParameters, alone!.adapterBytes, alone!.trainingSeconds]).toEqual([0, 0, undefined]);
  // One factor for each output of attention's four matrices and two of the MLP's, and each input of its third.
  expect(small!.trainableParameters).toBe(2 * 64 + 2 * 32 + 3 * 96);
  expect(studyTables({ title: "T", suites }, "markdown")).toMatch(/\| all \|.*\| 63,680 \|/);
  const chart = studyCharts({ title: "T", suites }).find(({ name }) => name.endsWith("-by-parameters"))!;
  expect(chart.svg).toContain("all");
  // Validated before the only step and after it.
  const { curves, unrecorded } = await readLearningCurves(plan, places.home);
  expect([curves.map(({ name }) => name), unrecorded]).toEqual([["all", "small"], []]);
  for (const { training: steps, validation } of curves) {
    expect([steps.map(({ step }) => step), validation.map(({ step }) => step)]).toEqual([[1], [0, 1]]);
  }
  await exportStudy({ study, plan, report: { title: "T", suites } }, at("export-of-full"), places);
  expect(await readdir(at("export-of-full", "charts"))).toContain("learning-curves-validation.svg");
  expect(await readFile(at("export-of-full", "learning.csv"), "utf8")).toMatch(/\nall,validation,1,/);
});
