import { expect, test } from "vitest";
import { estimates } from "../../../../extension/core/evaluation/measures/estimate.ts";
import {
  bitsPerByte,
  compareFilling,
  infilling,
  parsesWith,
} from "../../../../extension/core/evaluation/measures/infilling.ts";
import type { Hole } from "../../../../extension/core/evaluation/suites/drawHoles.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";

const text = "def f(x):\n    y = g(x)\n\n    return y\n";
const holeAt = (before: string, reference: string): Hole & { reference: string } => {
  const start = text.indexOf(before) + before.length;
  const end = start + reference.length;
  return { kind: "line", place: "word", file: { path: "a.py", text }, start, end, reference };
};

test("a completion is exact but for blanks at line ends and blank lines; and whether the file parses with it", async () => {
  const parser = await openPythonParser();
  const judge = (hole: ReturnType<typeof holeAt>, completion: string) => {
    return { ...compareFilling(completion, hole.reference), parses: parsesWith(hole, completion, parser) };
  };
  const line = holeAt("y = ", "g(x)");
  expect(judge(line, "g(x)")).toMatchObject({ exact: true, similarity: 1, parses: true });
  expect(judge(line, "g(y)")).toMatchObject({ exact: false, similarity: 0.75, parses: true });
  expect(judge(line, "g(x")).toMatchObject({ exact: false, similarity: 0.75, parses: false });
  expect(judge(line, "")).toMatchObject({ exact: false, similarity: 0 });
  const block = holeAt("def f(x):", "\n    y = g(x)\n\n    return y");
  expect(judge(block, "\n    y = g(x)   \n    return y")).toMatchObject({ exact: true, similarity: 1 });
  expect(judge(block, "y = g(x)\n    return y")).toMatchObject({ exact: false });
});

test("infilling: shares in percent; what parses is a share of what is offered; intervals hold the value", () => {
  const rows = [
    { text: "g(x)", reference: "g(x)", parses: true },
    { text: "g(x)", reference: "g()", parses: true },
    { text: "g(x)", reference: "g()", parses: false },
    { text: "", reference: "g()", parses: true },
  ].map((filled) => infilling.count(filled));
  expect(rows.map(([holes]) => holes)).toEqual([1, 1, 1, 1]);
  const scores = estimates(infilling, rows, seededRandom(1));
  expect(scores).toMatchObject({ exact: { value: 25 }, editSimilarity: { value: 62.5 }, offered: { value: 75 } });
  expect(scores.parses.value).toBeCloseTo(200 / 3);
  expect(scores.exact.low).toBeLessThanOrEqual(25);
  expect(scores.exact.high).toBeGreaterThan(25);
  expect(estimates(infilling, [], seededRandom(1)).exact).toEqual({ value: 0, low: 0, high: 0 });
});

test("bitsPerByte: of all files together, not the mean over files", () => {
  const files = [
    [10, 10],
    [100, 50],
    [45, 40],
  ];
  const { value, low, high } = estimates(bitsPerByte, files, seededRandom(1)).bitsPerByte;
  expect(value).toBeCloseTo(1.55);
  expect(low).toBeGreaterThanOrEqual(1);
  expect(high).toBeLessThanOrEqual(2);
});
