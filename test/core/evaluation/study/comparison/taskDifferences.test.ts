/** Differences of two candidates task by task, and their chart. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differenceChart } from "../../../../../extension/core/evaluation/study/charts/differenceChart.ts";
import type { SuiteReport } from "../../../../../extension/core/evaluation/study/studyReport.ts";
import {
  askDifferences,
  taskDifferences,
} from "../../../../../extension/core/evaluation/study/comparison/taskDifferences.ts";
import { configurationOf, writeRun } from "../../runs/writtenRun.ts";

let home: string;
const reference = "x = 1";
/** Writes a run with these answers to the tasks t1, t2, … */
const answering = async (seed: number, ...answers: string[]): Promise<string> => {
  const predictions = answers.map((text, i) => ({ id: `t${i + 1}`, intent: "set x", predictions: [text], reference }));
  return (await writeRun(home, configurationOf({ seed }), predictions)).folder;
};
const wrong = "y";

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-differences-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test("wins come first, then ties, then losses, and each is counted", async () => {
  const first = await answering(1, wrong, reference, reference, wrong);
  const second = await answering(2, wrong, wrong, wrong, reference);
  const found = await taskDifferences([first], [second], "em@1");
  expect(found.tasks).toEqual([
    { id: "t2", difference: 100 },
    { id: "t3", difference: 100 },
    { id: "t1", difference: 0 },
    { id: "t4", difference: -100 },
  ]);
  expect([found.won, found.lost, found.tied]).toEqual([2, 1, 1]);
});

test("a candidate's seeds count as their mean, and only tasks of both count", async () => {
  const seeds = [await answering(3, reference, wrong), await answering(4, reference, reference)];
  const other = await answering(5, wrong, wrong, wrong);
  const { tasks } = await taskDifferences(seeds, [other], "em@1");
  expect(tasks).toEqual([
    { id: "t1", difference: 100 },
    { id: "t2", difference: 50 },
  ]);
});

test("a measure that the runs do not have is refused in words", async () => {
  const run = await answering(6, reference);
  await expect(taskDifferences([run], [run], "pass@1")).rejects.toMatchObject({ code: "runs-differ" });
});

test("the chart has one outline for the wins and one for the losses, and says the numbers", () => {
  const report = {
    suite: "pairs",
    protocol: "graft",
    rows: [
      { candidate: "a<b", runs: ["r1"] },
      { candidate: "c", runs: ["r2"] },
    ],
    tests: [
      {
        first: 0,
        second: 1,
        differences: { "em@1": { difference: 10, interval: { low: 4, high: 16 }, p: 0.002, verdict: "first" } },
      },
    ],
  } as unknown as SuiteReport;
  // With the candidates swapped, the test's difference and its interval change their sign.
  const asked = askDifferences(report, { first: 1, second: 0, measure: "em@1" }, (run) => `/${run}`);
  expect(asked).toMatchObject({
    first: { folders: ["/r2"] },
    whole: { difference: -10, interval: { low: -16, high: -4 } },
  });
  const tasks = [
    { id: "t1", difference: 100 },
    { id: "t2", difference: 0 },
    { id: "t3", difference: -100 },
  ];
  const svg = differenceChart(asked, { measure: "em@1", tasks, won: 1, lost: 1, tied: 1 });
  expect(svg.match(/<path /g)).toHaveLength(2);
  expect(svg).toContain("c minus a&lt;b: won 1, lost 1, tied 1 of 3 tasks.");
  expect(svg).toContain("On the whole suite: −10.00 (−16.00 to −4.00), p = 0.002.");
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const { p: _p, ...few } = asked.whole!;
  expect(differenceChart({ ...asked, whole: few }, { measure: "em@1", tasks, won: 1, lost: 1, tied: 1 })).toContain(
    "On the whole suite: −10.00 (−16.00 to −4.00), too few tasks.",
  );
  const even = differenceChart(asked, { measure: "em@1", tasks: [tasks[1]!], won: 0, lost: 0, tied: 1 });
  expect(even).not.toMatch(/<path |NaN/);
});
