import { expect, test } from "vitest";
import { studyTables, studyTests } from "../../../../../extension/core/evaluation/study/export/studyTables.ts";
import { testMatrix } from "../../../../../extension/core/evaluation/study/charts/testMatrix.ts";
import { english, spoken, type Said } from "../../../../../extension/core/foundation/words/said.ts";
import bundle from "../../../../../l10n/bundle.l10n.zh-cn.json" with { type: "json" };
import type { StudyReport } from "../../../../../extension/core/evaluation/study/studyReport.ts";

/** A report of these candidates, of which the first is the best. */
function reportOf(title: string, [best, ...others]: readonly string[]): StudyReport {
  const blank = { suite: "s", protocol: "graft", seeds: [1], runs: [], items: 30, trainableParameters: 0, number: 0 };
  const cost = { adapterBytes: 0, seconds: 1, tokensPerSecond: 1, peakMemoryBytes: 1 };
  const row = (candidate: string | undefined, value: number, marks: object): object =>
    Object.assign({ candidate, marks, scores: { "em@1": { value, low: value, high: value } } }, blank, cost);
  const rows = [row(best, 10, { "em@1": "best" }), ...others.map((name) => row(name, 5, {}))];
  const difference = { difference: -5, interval: { low: -9, high: -1 }, p: 0.01, verdict: "first" };
  const tests = [{ first: 1, second: 0, differences: { "em@1": difference } }];
  const suite = { suite: "s", protocol: "graft", measures: ["em@1"], rows, tests, effects: [], fewestItems: 20 };
  return { title, suites: [suite] } as unknown as StudyReport;
}

test("tables show marks in each format", () => {
  const report = reportOf("T", ["a_1", "b"]);
  expect(studyTables(report, "markdown")).toContain("| a_1 | s | graft | 30 | **10.00 (10.00 to 10.00)** |");
  expect(studyTables(report, "latex")).toContain("a\\_1 & s & graft & 30 & \\textbf{10.00 (10.00 to 10.00)}");
  expect(studyTables(report, "csv")).toMatch(/^suite,.*\ns,graft,a_1,/);
});

test("names and titles are text in each format, and negative differences are numbers", () => {
  const report = reportOf("T\n\\input{x}", ["![a](http://b)", "=1+1"]);
  expect(studyTables(report, "markdown")).toContain("| !\\[a\\](http://b) |");
  expect(studyTables(report, "latex")).toMatch(/^% T \\input\{x\}: s, graft\n/);
  expect(studyTests(report)).toContain("s,graft,'=1+1,![a](http://b),em@1,-5,-9,-1,0.01,first");
});

test("says of how many tests a p-value is corrected, and where it is not", () => {
  const report = reportOf("T", ["a", "b", "c"]);
  const interval = { low: 1, high: 9 };
  const effect = (candidate: string) => {
    const findings = [{ measure: "em@1", difference: 5, interval, p: 0.002, verdict: "better" as const }];
    return { candidate, without: "c", findings };
  };
  const [suite] = report.suites;
  const tablesOf = (effects: readonly ReturnType<typeof effect>[]) =>
    studyTables({ title: "T", suites: [{ ...suite!, effects }] }, "markdown");
  expect(tablesOf([effect("a"), effect("b")])).toContain(
    "p = 0.002.\n\np in this list is corrected for its 2 comparisons by each measure (Holm); p of one test alone, as in the matrix of tests and in tests.csv, is not.",
  );
  expect(tablesOf([effect("a")])).not.toContain("corrected for its");
  const tests = [0, 1].map((first) => ({ ...suite!.tests[0]!, first, second: 2 }));
  expect(testMatrix({ ...suite!, tests }, "em@1", "T", english)).toContain(
    "p of each of the 2 tests alone, not corrected",
  );
  expect(testMatrix(suite!, "em@1", "T", english)).not.toContain("corrected");
});

test("the matrix shows differences without p where there are too few tasks to tell, in each language", () => {
  const [suite] = reportOf("T", ["a", "b", "c"]).suites;
  const difference = { difference: 11.86, interval: { low: 0, high: 20 }, p: 0.12, verdict: "tooFew" as const };
  const few = [0, 1].map((first) => ({ first, second: 2, differences: { "em@1": difference } }));
  const svg = testMatrix({ ...suite!, tests: few }, "em@1", "T", english);
  expect(svg.match(/>too few tasks</g)).toHaveLength(4);
  expect(svg).toContain("a less c: +11.86, too few tasks");
  expect(svg).toContain("Fewer than 20 tasks: too few to tell which is better.");
  expect(svg).not.toMatch(/p [=<&]|p of each|filled/);
  const enough = { ...suite!.tests[0]!, first: 0, second: 1 };
  const mixed = testMatrix({ ...suite!, tests: [enough, few[1]!] }, "em@1", "T", english);
  expect(mixed).toContain(">p = 0.010<");
  expect(mixed).toContain("Fewer than 20 tasks");
  const words: Readonly<Record<string, string>> = bundle;
  const chinese = (said: Said): string => spoken(said, (template) => words[template] ?? template);
  const translated = testMatrix({ ...suite!, tests: few }, "em@1", "T", chinese);
  expect(translated).toContain("任务太少");
  expect(translated).not.toMatch(/few|p = |column/);
});

test("the text of a matrix is as large as that of other charts, however long its legend is", () => {
  const [suite] = reportOf("T", ["a", "b", "c"]).suites;
  const tests = [0, 1].map((first) => ({ ...suite!.tests[0]!, first, second: 2 }));
  const svg = testMatrix({ ...suite!, tests }, "em@1", "T", english);
  expect(svg.match(/font-size="[^"]*"/g)).toEqual(['font-size="12"']);
  // A plot is 560 wide.
  expect(Number(/ width="(\d+)/.exec(svg)![1])).toBeLessThan(560);
});
