import { describe, expect, test } from "vitest";
import { mcnemarTest } from "../../../../extension/core/evaluation/trial/mcnemar.ts";

describe("mcnemarTest", () => {
  // By exact fractions in Python: 2 · Σ comb(n, k) / 2ⁿ.
  test.each([
    [8, 1, 0.0390625],
    [1, 8, 0.0390625],
    [10, 2, 0.03857421875],
    [25, 12, 0.047031],
    [5, 5, 1],
    [3, 0, 0.25],
  ])("of %i against %i is the two-sided binomial p", (first, second, p) => {
    expect(mcnemarTest(first, second)).toBeCloseTo(p, 6);
  });

  test("without a difference says nothing, and does not underflow with many items", () => {
    expect(mcnemarTest(0, 0)).toBe(1);
    expect(mcnemarTest(5000, 5000)).toBe(1);
    expect(mcnemarTest(3000, 2700)).toBeCloseTo(7.5e-5, 5);
  });
});
