import { expect, test } from "vitest";
import { holm, fewestItems, verdictOf, type Verdict } from "../../../../extension/core/evaluation/measures/verdict.ts";

test.each<[string, number, number, [number, number], number, Verdict]>([
  ["six tasks, p at the limit, an interval that touches 0", 6, -33, [-66, 0], 0.05, "tooFew"],
  ["too few tasks, however clear", fewestItems - 1, 50, [20, 80], 0.001, "tooFew"],
  ["enough tasks", fewestItems, 50, [20, 80], 0.001, "first"],
  ["the other way round", 100, -5, [-9, -1], 0.01, "second"],
  ["p at the limit", 100, 5, [1, 9], 0.05, "none"],
  ["an interval that touches 0", 100, 5, [0, 9], 0.01, "none"],
  ["an interval that ends at 0", 100, -5, [-9, 0], 0.01, "none"],
  ["an interval around 0", 100, 5, [-1, 9], 0.01, "none"],
  ["nothing differs", 100, 0, [0, 0], 1, "none"],
])("verdictOf %s", (_, items, difference, [low, high], p, verdict) => {
  expect(verdictOf({ difference, interval: { low, high }, p }, items)).toBe(verdict);
});

test("holm corrects as R's p.adjust does", () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02.
  const corrected = holm([0.01, 0.04, 0.03, 0.005]);
  for (const [i, value] of [0.03, 0.06, 0.06, 0.02].entries()) expect(corrected[i]).toBeCloseTo(value, 12);
  expect(holm([])).toEqual([]);
});
