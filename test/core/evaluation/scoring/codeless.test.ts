import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { codelessNote, isCodeless } from "../../../../extension/core/evaluation/scoring/codeless.ts";
import { reportStudy, type SuiteReport } from "../../../../extension/core/evaluation/study/studyReport.ts";
import type { PlannedRun } from "../../../../extension/core/evaluation/study/studyPlan.ts";
import { configurationOf, writeRun } from "../runs/writtenRun.ts";

let home: string;
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), "graft-codeless-"))));
afterAll(() => rm(home, { recursive: true, force: true }));

const tasks = 20;

/** Reports candidates that answer every task alike. */
async function reportOf(answers: Readonly<Record<string, string>>): Promise<SuiteReport> {
  const runs: PlannedRun[] = [];
  const options = { suite: "pairs.jsonl", base: "", home, embedded: "", dataFolder: home };
  for (const [candidate, [name, answer]] of Object.entries(answers).entries()) {
    const base = { name, hash: name, modelType: "llama", parameters: 1000 };
    const predictions = Array.from({ length: tasks }, (_, i) => ({
      id: `${i}`,
      intent: `draw line ${i}`,
      predictions: [answer],
      reference: 'draw("---")',
    }));
    const { id } = await writeRun(home, configurationOf({ base }), predictions);
    const common = { suite: 0, seed: 42, options, suiteName: "pairs.jsonl", done: tasks, isFinished: true };
    runs.push({ ...common, candidate, candidateName: name, id, needsTraining: false, runsCode: false });
  }
  const { suites } = await reportStudy({ title: "Lines", runs, order: [], notes: [] }, home);
  return suites[0]!;
}

const marksOf = ({ rows }: SuiteReport): unknown[] => rows.map(({ marks }) => marks["editSimilarity"]);

test("a candidate that answers with comments alone is named, and is never marked as best", async () => {
  const report = await reportOf({ signs: "# ---\n# ---", silent: "", wrong: "zzz" });
  expect(report.rows[0]!.scores["editSimilarity"]!.value).toBeGreaterThan(
    report.rows[2]!.scores["editSimilarity"]!.value,
  );
  expect(marksOf(report)).toEqual([undefined, undefined, undefined]);
  const note = "signs: 20 of 20 answers hold no code. silent: 20 of 20 answers hold no code.";
  expect(english(report.note!)).toBe(note);
});

test("a candidate that is better than one without code is marked as best", async () => {
  const report = await reportOf({ comments: "# ---\n# ---", right: 'draw("---")' });
  expect(marksOf(report)).toEqual([undefined, "best"]);
});

test.each([
  ["", true],
  ["\n  \t\n", true],
  ["# ---\n\n    # x = 1", true],
  ["# first\nx = 1", false],
  ["x = 1  # one", false],
])("%j holds no code: %s", (answer, isEmpty) => {
  expect(isCodeless({ id: "t", intent: "i", predictions: [answer] })).toBe(isEmpty);
});

test("a hole may be filled with a comment", () => {
  expect(isCodeless({ id: "t", predictions: ["# why"] })).toBe(false);
});

test("few answers without code are no news, nor are those of runs that did not count them", () => {
  const row = { candidate: "base", items: 50, seeds: [1, 2] };
  expect(codelessNote([row, { ...row, codeless: 9 }])).toBeUndefined();
  expect(english(codelessNote([{ ...row, codeless: 10 }])!)).toBe("base: 10 of 100 answers hold no code.");
});
