import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { english } from "../../../../../extension/core/foundation/words/said.ts";
import { learningCharts } from "../../../../../extension/core/evaluation/study/charts/learningChart.ts";
import {
  curveFacts,
  learningTable,
  readLearningCurves,
} from "../../../../../extension/core/evaluation/study/charts/learningCurves.ts";
import type { PlannedRun } from "../../../../../extension/core/evaluation/study/studyPlan.ts";
import { configurationOf, writeRun } from "../../runs/writtenRun.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-curves-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const losses = (validation: readonly number[], training: readonly number[]) => ({
  validation: validation.map((loss, i) => ({ step: 10 * i, loss })),
  training: training.map((loss, i) => ({ step: i + 1, loss })),
});
const curve = { name: "lora", number: 1, ...losses([3, 1.5, 2], [3.2, 2.5, 1.9]) };

test("readLearningCurves takes each candidate's trainings once, and names those without a record", async () => {
  const adapter = (name: string) => ({ name, scale: 1, method: "lora", parameters: 8, bytes: 32, hash: name });
  const cost = { seconds: 1, peakMemoryBytes: 1 };
  const asked: [number, string, Partial<Parameters<typeof configurationOf>[0]>, object[]][] = [
    [0, "alone", {}, []],
    [1, "lora", { adapters: [adapter("a")] }, [{ adapter: "a", ...cost, losses: losses([3], [2]) }]],
    // A second suite with the same adapter.
    [1, "lora", { adapters: [adapter("a")], seed: 2 }, [{ adapter: "a", ...cost, losses: losses([3], [2]) }]],
    [2, "all", { seed: 3 }, [{ adapter: "b", base: { parameters: 9, bytes: 9 }, ...cost, losses: losses([], [4, 1]) }]],
    [3, "two", { adapters: [adapter("a"), adapter("old")] }, [{ adapter: "a", ...cost, losses: losses([3], [2]) }]],
    [4, "foreign", { adapters: [adapter("c")] }, []],
  ];
  const runs: PlannedRun[] = [];
  for (const [candidate, candidateName, configuration, trainings] of asked) {
    const { id } = await writeRun(
      home,
      configurationOf(configuration),
      [{ id: "1", predictions: ["x"], reference: "x" }],
      {
        trainings: trainings as never,
        scores: {},
      },
    );
    runs.push({ candidate, candidateName, id, isFinished: true } as PlannedRun);
  }
  runs.push({ candidate: 5, candidateName: "to come", isFinished: false } as PlannedRun);
  const { curves, unrecorded } = await readLearningCurves({ runs: runs.toReversed() }, home);
  expect(curves.map(({ name, number }) => [name, number])).toEqual([
    ["lora", 1],
    ["all", 2],
    ["two (a)", 3],
  ]);
  expect(curves[0]).toMatchObject(losses([3], [2]));
  expect(unrecorded).toEqual(["two (old)", "foreign"]);
});

test("facts and table say what the curves show", () => {
  expect(curveFacts(curve)).toEqual({
    name: "lora",
    steps: 20,
    training: { first: 3.2, last: 1.9 },
    validation: { before: 3, best: 1.5, bestStep: 10, last: 2 },
  });
  expect(curveFacts({ ...curve, validation: [] })).toEqual({
    name: "lora",
    steps: 3,
    training: { first: 3.2, last: 1.9 },
  });
  expect(learningTable([curve]).split("\n").slice(0, 2)).toEqual(["contender,data,step,loss", "lora,training,1,3.2"]);
});

test("a chart has one line for each training, in its candidate's colour, with its lowest validation loss marked", () => {
  const other = { name: "a < b", number: 8, ...losses([2, 1], []) };
  const [validation, training, ...rest] = learningCharts([curve, { ...other, training: [{ step: 1, loss: 2 }] }]);
  expect([validation!.name, training!.name, rest.length]).toEqual([
    "learning-curves-validation",
    "learning-curves-training",
    0,
  ]);
  const lines = validation!.svg.match(/<path d="M[^"]+" fill="none"[^>]*>/g)!;
  expect(lines).toHaveLength(2);
  // Two candidates of one colour differ by their dashes.
  expect(lines.map((line) => /stroke="([^"]+)".*stroke-dasharray="([^"]+)"/.exec(line)!.slice(1))).toEqual([
    ["#d55e00", "none"],
    ["#d55e00", "6 3"],
  ]);
  expect(validation!.svg).toContain("lora: from 3.000 to 2.000 in 20 steps, lowest 1.500 at step 10");
  expect(validation!.svg).toContain("a &lt; b: from");
  expect(training!.svg).toContain("lora: from 3.200 to 1.900 in 20 steps");
  const [inFrench] = learningCharts([curve], (said) => english(said).replace("Steps", "<Pas>"));
  expect(inFrench!.svg).toContain("&lt;Pas&gt;");
  for (const { svg } of [validation!, training!]) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(learningCharts([{ ...curve, validation: [] }]).map(({ name }) => name)).toEqual(["learning-curves-training"]);
});
