import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { exactMatch } from "../../../../extension/core/evaluation/measures/exactMatch.ts";
import type { Measure } from "../../../../extension/core/evaluation/measures/measure.ts";
import { bootstrapIntervals, pairedTest } from "../../../../extension/core/evaluation/measures/resample.ts";

const em = exactMatch([1]);
/** Items, of which the first `count` are hits. */
const hits = (count: number, items: number): number[][] =>
  Array.from({ length: items }, (_, i) => [1, i < count ? 1 : 0]);
const options = (resamples: number) => ({ random: seededRandom(7), resamples });

function binomial(n: number, k: number, p: number): number {
  let value = (1 - p) ** n;
  for (let i = 1; i <= k; i++) value *= ((n - i + 1) / i) * (p / (1 - p));
  return value;
}

/** The smallest number of hits that at least this part of all resamples do not exceed. */
function binomialQuantile(n: number, p: number, part: number): number {
  let below = 0;
  for (let k = 0; ; k++) {
    below += binomial(n, k, p);
    if (below >= part) return k;
  }
}

describe("bootstrapIntervals", () => {
  test.each([
    [30, 100],
    [5, 40],
    [100, 543],
  ])("of %d hits in %d items, those of the binomial distribution that resampling hits is", (count, items) => {
    const interval = bootstrapIntervals(em, hits(count, items), options(20_000))!["em@1"];
    const expected = [0.025, 0.975].map((part) => (100 * binomialQuantile(items, count / items, part)) / items);
    // One hit more or less: quantiles of a discrete distribution jump.
    expect(Math.abs(interval.low - expected[0]!)).toBeLessThan(100.1 / items);
    expect(Math.abs(interval.high - expected[1]!)).toBeLessThan(100.1 / items);
  });

  test("scores resamples as corpora, not as means of items", () => {
    const ratio: Measure<"ratio"> = {
      width: 2,
      count: () => [0, 0],
      scores: (sums) => ({ ratio: sums[0]! / sums[1]! }),
    };
    const counts = [
      [1, 1],
      [0, 99],
    ];
    // Either item drawn twice, or each once: 1, 0, or 1/100.
    expect(bootstrapIntervals(ratio, counts, options(1000))).toEqual({ ratio: { low: 0, high: 1 } });
  });

  test("the same seed gives the same interval; no items give none", () => {
    expect(bootstrapIntervals(em, hits(3, 9), options(200))).toEqual(bootstrapIntervals(em, hits(3, 9), options(200)));
    expect(bootstrapIntervals(em, [], options(200))).toBeUndefined();
  });

  test("is cancelled by its signal", () => {
    const signal = AbortSignal.abort();
    expect(() => bootstrapIntervals(em, hits(1, 2), { ...options(10), signal })).toThrow(/abort/i);
  });
});

describe("pairedTest", () => {
  /** The results of two contenders, by the number of items that only the first, only the second, and both get right. */
  const contenders = (first: number, second: number, both: number): [number[][], number[][]] => {
    const row = (hit: boolean): number[] => [1, hit ? 1 : 0];
    const items = Array.from({ length: first + second + both }, (_, i) => i);
    return [items.map((i) => row(i < first || i >= first + second)), items.map((i) => row(i >= first))];
  };

  test.each([
    [9, 1, 20],
    [6, 3, 50],
    [15, 4, 0],
  ])("%d won, %d lost, %d drawn: the p-value of the exact sign test", (won, lost, drawn) => {
    const discordant = won + lost;
    let p = 0;
    for (let k = 0; k <= discordant; k++) {
      if (Math.abs(2 * k - discordant) >= Math.abs(won - lost)) p += binomial(discordant, k, 0.5);
    }
    const found = pairedTest(em, ...contenders(won, lost, drawn), options(20_000))!["em@1"];
    expect(found.p).toBeCloseTo(p, 2);
    expect(found.difference).toBeCloseTo((100 * (won - lost)) / (discordant + drawn), 9);
    expect(found.interval.low).toBeLessThan(found.difference);
    expect(found.interval.high).toBeGreaterThan(found.difference);
  });

  test("a contender does not differ from itself", () => {
    const [one] = contenders(5, 5, 5);
    expect(pairedTest(em, one, one, options(100))).toEqual({
      "em@1": { difference: 0, interval: { low: 0, high: 0 }, p: 1 },
    });
  });
});
