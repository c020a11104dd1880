import { expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import type { Spot } from "../../../../extension/core/evaluation/suites/drawHoles.ts";
import { bitsPerByte, judgeFill, scoreFills } from "../../../../extension/core/evaluation/measures/infilling.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";

const text = "def f(x):\n    y = g(x)\n\n    return y\n";
const spotAt = (before: string, reference: string): Spot => {
  const start = text.indexOf(before) + before.length;
  return { kind: "line", place: "word", file: { path: "a.py", text }, start, end: start + reference.length };
};

test("judgeFill: exact but for blanks at line ends and blank lines, and whether the file parses with it", async () => {
  const parser = await openPythonParser();
  const line = spotAt("y = ", "g(x)");
  expect(judgeFill(line, "g(x)", parser)).toMatchObject({ exact: true, similarity: 1, parses: true });
  expect(judgeFill(line, "g(y)", parser)).toMatchObject({ exact: false, similarity: 0.75, parses: true });
  expect(judgeFill(line, "g(x", parser)).toMatchObject({ exact: false, similarity: 0.75, parses: false });
  expect(judgeFill(line, "", parser)).toMatchObject({ exact: false, similarity: 0 });
  const block = spotAt("def f(x):", "\n    y = g(x)\n\n    return y");
  expect(judgeFill(block, "\n    y = g(x)   \n    return y", parser)).toMatchObject({ exact: true, similarity: 1 });
  expect(judgeFill(block, "y = g(x)\n    return y", parser)).toMatchObject({ exact: false });
});

test("scoreFills: shares in percent; what parses is a share of what is offered; intervals hold the value", () => {
  const spot = spotAt("y = ", "g(x)");
  const fill = (exact: boolean, parses: boolean, shown = "g(x)") => {
    return { spot, text: shown, exact, similarity: exact ? 1 : 0.5, parses };
  };
  const fills = [fill(true, true), fill(false, true), fill(false, false), fill(false, true, "")];
  const scores = scoreFills(fills, seededRandom(1));
  expect(scores).toMatchObject({
    spots: 4,
    exact: { value: 25 },
    editSimilarity: { value: 62.5 },
    offered: { value: 75 },
  });
  expect(scores.parses.value).toBeCloseTo(200 / 3);
  expect(scores.exact.low).toBeLessThanOrEqual(25);
  expect(scores.exact.high).toBeGreaterThan(25);
  expect(scoreFills([], seededRandom(1)).exact).toEqual({ value: 0, low: 0, high: 0 });
});

test("bitsPerByte: of all files together, not the mean over files", () => {
  const { value, low, high } = bitsPerByte(
    [
      [10, 10],
      [100, 50],
      [45, 40],
    ],
    seededRandom(1),
  );
  expect(value).toBeCloseTo(1.55);
  expect(low).toBeGreaterThanOrEqual(1);
  expect(high).toBeLessThanOrEqual(2);
});
