import { expect, test } from "vitest";
import { marksOf, type PairVerdict } from "../../../../../extension/core/evaluation/study/comparison/marks.ts";

const pair = (first: number, second: number, verdict: PairVerdict["verdict"], p: number): PairVerdict => ({
  first,
  second,
  verdict,
  p,
});

test("marksOf marks one as best only if it is better than every other one", () => {
  const pairs = [pair(0, 1, "second", 0.001), pair(0, 2, "none", 0.5), pair(1, 2, "first", 0.001)];
  expect(marksOf([10, 30, 20], "higher", pairs)).toEqual([undefined, "best", undefined]);
});

test("marksOf marks what no test tells from the highest score as tied with it", () => {
  const pairs = [pair(0, 1, "none", 0.4), pair(0, 2, "first", 0.001), pair(1, 2, "none", 0.07)];
  expect(marksOf([30, 29, 10], "higher", pairs)).toEqual(["tied", "tied", undefined]);
  // One test of four at p = 0.04 proves nothing.
  const weak = [1, 2, 3, 4].map((other) => pair(0, other, "first", other === 1 ? 0.04 : 0.001));
  expect(marksOf([30, 20, 10, 9, 8], "higher", weak)).toEqual(["best", undefined, undefined, undefined, undefined]);
  const weaker = weak.map((each) => ({ ...each, p: 0.04 }));
  expect(marksOf([30, 20, 10, 9, 8], "higher", weaker)).toEqual(["tied", "tied", "tied", "tied", "tied"]);
});

test("marksOf takes lower as better where it is, and marks nothing with too few items or one row", () => {
  expect(marksOf([1.5, 1.2], "lower", [pair(0, 1, "second", 0.001)])).toEqual([undefined, "best"]);
  expect(marksOf([1, 2], "higher", [pair(0, 1, "tooFew", 0.001)])).toEqual([undefined, undefined]);
  expect(marksOf([1, undefined], "higher", [])).toEqual([undefined, undefined]);
});
