import { describe, expect, test } from "vitest";
import {
  compareBodies,
  compareLines,
  examplesOf,
  forgettingOf,
  isSettled,
  verdictOfTrial,
  type TriedHole,
} from "../../../../extension/core/evaluation/trial/trialScores.ts";
import { objectionTo } from "../../../../extension/core/training/trialReport.ts";

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

  /** Bodies of which this many become exactly right with the adapter, and this many wrong. */
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

describe("forgettingOf", () => {
  /** General code in files of a thousand bytes, each of which needs a thousand bits without the adapter and these bits with it. */
  const general = (tried: readonly TriedHole[], bits: readonly number[]) =>
    compareLines(
      tried,
      bits.map((adapter) => ({ bytes: 1000, base: 1000, adapter })),
    );
  const same = lines(0, 0, 80);

  test("fewer lines by more than chance", () => {
    expect(forgettingOf(general(lines(0, 8, 72), [1000, 1000]), "base")).toBe("lines");
    expect(forgettingOf(general(lines(0, 3, 77), [1000, 1000]), "base")).toBeUndefined();
  });

  test("more bits: by 5 % of the base's, and by 2 % of those of an adapter that is continued", () => {
    const forgets = (bits: readonly number[]) =>
      (["base", "adapter"] as const).map((against) => forgettingOf(general(same, bits), against));
    expect(forgets([1060, 1062])).toEqual(["bits", "bits"]);
    expect(forgets([1030, 1032])).toEqual([undefined, "bits"]);
    expect(forgets([1010, 1012])).toEqual([undefined, undefined]);
  });

  test("more bits in one file and fewer in another may be chance", () => {
    expect(forgettingOf(general(same, [1300, 900]), "base")).toBeUndefined();
  });
});

describe("isSettled", () => {
  test("by half of the holes if none of them came out worse", () => {
    expect(isSettled(lines(10, 0, 90), 200)).toBe(true);
    expect(isSettled(lines(10, 0, 89), 200)).toBe(false);
    expect(isSettled(lines(10, 1, 89), 200)).toBe(false);
    expect(isSettled(lines(10, 1, 150), 200)).toBe(false);
    expect(isSettled(lines(10, 0, 30), 80)).toBe(true);
  });

  test("not before there are enough lines for a verdict, if so many were drawn", () => {
    expect(isSettled(lines(10, 0, 70), 150)).toBe(false);
    expect(isSettled(lines(10, 0, 90), 150)).toBe(true);
  });

  test("what counts is whether a line is right, and how much a body is like the author's", () => {
    const less = line("price * coun", "price");
    expect(isSettled([less, line("0", "0")], 4)).toBe(true);
    const asBody = ({ hole, ...texts }: TriedHole): TriedHole => ({
      hole: { ...hole, kind: "block" } as never,
      ...texts,
    });
    expect(isSettled([asBody(less), asBody(line("0", "0"))], 4)).toBe(false);
    expect(isSettled([asBody(line("price", "price * coun")), asBody(line("0", "0"))], 4)).toBe(true);
  });

  test("errs in fewer than 4 of 1000 trials, whatever share of holes comes out worse", () => {
    const binomial = (n: number, k: number, q: number): number => {
      let ways = 1;
      for (let i = 0; i < k; i++) ways *= (n - i) / (i + 1);
      return ways * q ** k * (1 - q) ** (n - k);
    };
    for (const half of [20, 40, 60, 100]) {
      const errs = Array.from({ length: 500 }, (_, i) => {
        const q = (i + 1) / 1000;
        const atMostFive = [0, 1, 2, 3, 4, 5].reduce((sum, k) => sum + binomial(half, k, q), 0);
        return (1 - q) ** half * (1 - atMostFive);
      });
      expect(Math.max(...errs)).toBeLessThan(0.004);
    }
    // Five lines that came out worse, of any number, are not a finding by either test; six may be.
    expect(compareLines(lines(0, 5, 195), []).exact.p).toBeGreaterThan(0.05);
    expect(compareLines(lines(0, 6, 194), []).exact.p).toBeLessThan(0.05);
  });
});

describe("objectionTo", () => {
  const fewer = compareLines(lines(2, 3, 30), []);
  const same = compareLines(lines(3, 3, 30), []);
  const more = compareLines(lines(3, 2, 30), []);

  test.each([
    ["better", fewer, "bits", undefined],
    ["worse", more, undefined, "worse"],
    ["alike", more, undefined, "alike"],
    ["untold", more, undefined, undefined],
    ["untold", same, undefined, undefined],
    ["untold", fewer, undefined, "fewer-lines"],
    ["untold", fewer, "bits", "fewer-lines"],
    ["untold", more, "bits", "forgets"],
    ["untold", same, "lines", "forgets"],
  ] as const)("%s", (verdict, served, forgets, objection) => {
    expect(objectionTo({ verdict, served, forgets })).toBe(objection);
  });
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
