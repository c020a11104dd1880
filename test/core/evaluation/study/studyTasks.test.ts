/** Tasks of a run of the tiny base: at a glance, and one by one with its prompt. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { runEvaluation } from "../../../../extension/core/evaluation/runs/runEvaluation.ts";
import type { EvaluationOptions } from "../../../../extension/core/evaluation/runs/evaluationRequest.ts";
import { taskIssue } from "../../../../extension/core/evaluation/study/taskIssue.ts";
import { taskDetail, taskRows, type TaskDetail } from "../../../../extension/core/evaluation/study/studyTasks.ts";
import { writeTinyCheckpoint } from "../../baseModels/tinyCheckpoint.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let options: EvaluationOptions;
let run: string;
const suite = (): string => join(folder, "suite.jsonl");
const row = (i: number): string => JSON.stringify({ id: `t${i}`, intent: `add ${i}`, code: `x + ${i}` });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-tasks-"));
  await writeTinyCheckpoint(join(folder, "tiny"));
  await writeFile(suite(), [1, 2, 3].map(row).join("\n"));
  const tiny = join(folder, "tiny");
  const examples = { mode: "rag", shots: 1, examples: suite() } as const;
  options = { base: tiny, home: folder, embedded: tiny, dataFolder: folder, suite: suite(), beams: 2, ...examples };
  ({ folder: run } = await runEvaluation(options, { log: silentLog }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("taskRows has a cell for each run, and none where a run lacks the task", async () => {
  const rows = await taskRows([run, run]);
  expect(rows.map(({ id, intent, length }) => [id, intent, length])).toEqual([
    ["t1", "add 1", 5],
    ["t2", "add 2", 5],
    ["t3", "add 3", 5],
  ]);
  expect(rows[0]!.cells).toEqual([
    { isRight: false, similarity: expect.any(Number) },
    { isRight: false, similarity: expect.any(Number) },
  ]);
});

test("taskDetail has the answers, and the prompt with the retrieved example", async () => {
  const { reference, answers } = await taskDetail([{ folder: run, options }], "t2");
  expect(reference).toBe("x + 2");
  expect(answers[0]!.predictions).toHaveLength(2);
  expect(answers[0]!.prompt).toMatch(/x \+ 2[\s\S]*add 2/);
  await expect(taskDetail([{ folder: run, options }], "t9")).rejects.toMatchObject({ code: "run-missing" });
});

test("a task is written as an issue, whose fences no answer can end", () => {
  const detail: TaskDetail = {
    id: "t1",
    intent: "show\n  it",
    reference: "x",
    answers: [
      { predictions: [{ text: "```\n<b>", logProbability: -0.5 }], prompt: "### show it" },
      null,
      { predictions: [{ text: "x", verdict: { passed: false, output: "error: no" } }] },
    ],
  };
  const text = taskIssue(detail, { suite: "mine, graft", runs: ["a", "b", "c"], version: "0.1.0" });
  expect(text).toMatch(/^### `show it`\n\nTask `t1` of `mine, graft`\. Graft 0\.1\.0\./);
  expect(text).toContain("**`a`** (log-probability -0.50)\n\n````python\n```\n<b>\n````");
  expect(text).toContain("**`c`** (equal to the reference, fails its tests)");
  expect(text).toContain("Output:\n\n```text\nerror: no\n```");
  expect(text).not.toContain("**`b`**");
});

test("nothing of a suite, or of an answer, is markup in the issue", () => {
  const hostile = "``![x](http://tracker.example) @name\n<script>";
  const detail: TaskDetail = {
    id: hostile,
    intent: hostile,
    place: { path: hostile, line: 1, column: 0 },
    answers: [{ predictions: [{ text: "x", verdict: { passed: false, output: hostile } }] }],
  };
  const text = taskIssue(detail, { suite: hostile, runs: [hostile], version: "0.1.0" });
  // Code as GitHub reads it: blocks first, then spans of as many backticks.
  const outside = text
    .replaceAll(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "")
    .replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
  expect(outside).not.toMatch(/[@<[!]/);
});

test("taskDetail writes no prompt of a suite that has changed since", async () => {
  await writeFile(suite(), [1, 2, 3, 4].map(row).join("\n"));
  const { answers } = await taskDetail([{ folder: run, options }], "t2");
  expect(answers[0]).not.toHaveProperty("prompt");
});
