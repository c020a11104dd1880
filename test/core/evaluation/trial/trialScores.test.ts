import { describe, expect, test } from "vitest";
import {
  compareBodies,
  compareLines,
  examplesOf,
  verdictOfTrial,
  type TriedHole,
} from "../../../../extension/core/evaluation/trial/trialScores.ts";
import { deservesUse, trialVerdicts } from "../../../../extension/core/training/trialReport.ts";

const text = `total = price * count\n`;

/** A line whose rest is "price * count". */
function line(base: string, adapter: string, path = "shop.py"): TriedHole {
  const hole = { kind: "line", place: "boundary", start: 8, end: 21, file: { path, text } } as const;
  return { hole, base, adapter };
}

const right = "price * count";
const lines = (gained: number, lost: number, both: number): TriedHole[] => [
  ...Array.from({ length: gained }, () => line("0", right)),
  ...Array.from({ length: lost }, () => line(right, "0")),
  ...Array.from({ length: both }, () => line(right, right)),
];

describe("compareLines", () => {
  test("counts exact lines in percent, with McNemar's p and an interval around the difference", () => {
    const { lines: count, base, adapter, exact } = compareLines(lines(20, 5, 75), []);
    expect([count, base.exact.value, adapter.exact.value, exact.value]).toEqual([100, 80, 95, 15]);
    expect(exact.p).toBeCloseTo(0.0040774, 6); // 2 · Σ comb(25, k ≤ 5) / 2²⁵
    // The difference's standard error is √(20 + 5 - 15²/100) / 100 = 4.8 points.
    expect(exact.low).toBeGreaterThan(15 - 2.6 * 4.8);
    expect(exact.low).toBeLessThan(15 - 1.4 * 4.8);
    expect(exact.high).toBeGreaterThan(15 + 1.4 * 4.8);
  });

  test("bits per byte are those of all texts together", () => {
    const texts = [
      { bytes: 100, base: 100, adapter: 80 },
      { bytes: 300, base: 240, adapter: 260 },
    ];
    const { base, adapter, bitsPerByte } = compareLines(lines(1, 0, 0), texts);
    expect([base.bitsPerByte, adapter.bitsPerByte, bitsPerByte!.value]).toEqual([0.85, 0.85, 0]);
    expect(compareLines(lines(1, 0, 0), []).bitsPerByte).toBeUndefined();
  });
});

describe("compareBodies", () => {
  test("measures how much they are like the author's", () => {
    const tried = [line("price", right), line(right, right)];
    const { bodies, base, adapter, editSimilarity } = compareBodies(tried);
    expect([bodies, adapter.editSimilarity.value]).toEqual([2, 100]);
    expect(base.editSimilarity.value).toBeLessThan(100);
    expect(editSimilarity.value).toBeCloseTo(100 - base.editSimilarity.value, 6);
  });
});

describe("verdictOfTrial", () => {
  test.each([
    ["better", lines(20, 5, 75)],
    ["worse", lines(5, 20, 75)],
    ["alike", lines(6, 5, 89)],
    // Fewer than a hundred lines do not show that an adapter is useless.
    ["untold", lines(3, 2, 50)],
    // But they may show that it helps.
    ["better", lines(12, 0, 20)],
  ] as const)("%s", (verdict, tried) => {
    expect(verdictOfTrial(compareLines(tried, []), undefined).verdict).toBe(verdict);
  });

  /** Bodies of which so many become exactly right with the adapter, and wrong. */
  const bodies = (gained: number, lost: number, both: number) => compareBodies(lines(gained, lost, both));
  const alike = compareLines(lines(6, 5, 89), []);

  test("bodies decide where lines do not", () => {
    expect(verdictOfTrial(alike, bodies(20, 2, 40))).toEqual({ verdict: "better", decidedBy: "bodies" });
    expect(verdictOfTrial(alike, bodies(2, 20, 40))).toEqual({ verdict: "worse", decidedBy: "bodies" });
    expect(verdictOfTrial(alike, bodies(5, 5, 40))).toEqual({ verdict: "alike" });
    expect(verdictOfTrial(compareLines(lines(20, 5, 75), []), bodies(5, 5, 40))).toEqual({
      verdict: "better",
      decidedBy: "lines",
    });
  });

  test("worse bodies are not made up for by better lines", () => {
    const better = compareLines(lines(20, 5, 75), []);
    expect(verdictOfTrial(better, bodies(2, 20, 40))).toEqual({ verdict: "worse", decidedBy: "bodies" });
  });

  test("two questions are asked, so that each must be answered more clearly", () => {
    const { exact, ...others } = alike;
    const withP = (p: number) => ({ ...others, exact: { ...exact, value: 5, low: 1, high: 9, p } });
    const none = bodies(5, 5, 40);
    expect(verdictOfTrial(withP(0.03), undefined).verdict).toBe("better");
    expect(verdictOfTrial(withP(0.03), none).verdict).toBe("alike");
    expect(verdictOfTrial(withP(0.02), none).verdict).toBe("better");
  });
});

test("an adapter is used unasked if it helps, and if there is no verdict", () => {
  expect([undefined, ...trialVerdicts.map((verdict) => ({ verdict }))].filter(deservesUse)).toEqual([
    undefined,
    { verdict: "better" },
    { verdict: "untold" },
  ]);
});

describe("examplesOf", () => {
  test("are the lines with the largest gain and the largest loss, with what stands before the cursor", () => {
    const tried = [
      line("price", "price * co", "some.py"),
      line("", right, "most.py"),
      line(right, right, "same.py"),
      line(right, "", "lost.py"),
    ];
    const { best, worst } = examplesOf(tried, 1);
    expect(best).toEqual([{ path: "most.py", line: 1, before: "total = ", author: right, base: "", adapter: right }]);
    expect(worst.map(({ path }) => path)).toEqual(["lost.py"]);
  });
});
