import { expect, test } from "vitest";
import { changeText } from "../../extension/cli/results/refreshText.ts";
import { rightLines } from "../../extension/core/training/refresh/rightLines.ts";

/** 104 and 106 of 120 lines, 60 and 62 of 73. */
const [first, second] = [
  { lines: { count: 120, before: (100 * 104) / 120, after: (100 * 106) / 120 } },
  { lines: { count: 73, before: (100 * 60) / 73, after: (100 * 62) / 73 } },
];
const bodies = { count: 40, before: 61.3, after: 58.1 };

test("rightLines counts the lines that the percentages of a refresh are of", () => {
  expect(rightLines(first)).toEqual({ of: 120, before: 104, after: 106 });
  expect(rightLines(second)).toEqual({ of: 73, before: 60, after: 62 });
  expect(rightLines({})).toBeUndefined();
});

test("two refreshes that each gained say so, although the share of the second one's lines is lower", () => {
  expect([first, second].map(changeText)).toEqual(["+2 of 120 lines right", "+2 of 73 lines right"]);
});

test("the figure that decided is told, and nothing where nothing was tried", () => {
  expect(changeText({ ...first, bodies, decidedBy: "bodies" })).toBe("−3.2 points of likeness at 40 bodies");
  expect(changeText({ ...first, bodies, decidedBy: "lines" })).toBe("+2 of 120 lines right");
  expect(changeText({ lines: { count: 50, before: 30, after: 30 } })).toBe("±0 of 50 lines right");
  expect(changeText({ lines: { count: 1, before: 0, after: 100 } })).toBe("+1 of 1 line right");
  expect(changeText({ bodies: { ...bodies, count: 1 }, decidedBy: "bodies" })).toMatch(/ at 1 body$/);
  expect(changeText({})).toBe("");
});
