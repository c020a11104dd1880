import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Words from "../../webview/training/trial/trialWords.ts";
import type { TrialComparison, TrialShown } from "../../webview/protocol/training.ts";

let words: typeof Words;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  words = await import("../../webview/training/trial/trialWords.ts");
});

const estimate = (value: number) => ({ value, low: value - 4, high: value + 4 });

/** The adapter's exact lines and bits per byte against a base with 26 % and 1 bit. */
function comparison(exact: number, bits: number, p: number): TrialComparison {
  const similarity = estimate(50);
  return {
    lines: 200,
    base: { exact: estimate(26), editSimilarity: similarity, bitsPerByte: 1 },
    adapter: { exact: estimate(exact), editSimilarity: similarity, bitsPerByte: bits },
    exact: { ...estimate(exact - 26), p },
    editSimilarity: { ...estimate(0), p: 1 },
    bitsPerByte: { value: bits - 1, low: bits - 1.01, high: bits - 0.99, p },
  };
}

const trial = (verdict: TrialShown["verdict"], general: TrialComparison): TrialShown => {
  return { verdict, files: 7, served: comparison(34, 0.8, 0.001), general, best: [], worst: [] };
};

describe("verdictText", () => {
  test.each([
    ["better", "It helps: right at 34 of 100 lines instead of 26; between +4 and +12, 95 %."],
    ["worse", "It harms: right at 34 of 100 lines instead of 26; between +4 and +12, 95 %."],
    ["alike", "It makes no clear difference: right at 34 of 100 lines instead of 26; between +4 and +12, 95 %."],
    ["untold", "It cannot be told yet: right at 68 of only 200 lines, 52 without it."],
  ] as const)("%s", (verdict, text) => {
    expect(words.verdictText(trial(verdict, comparison(26, 1, 1)))).toBe(text);
  });
});

describe("forgetting", () => {
  test.each([
    ["nothing lost", comparison(26, 1.02, 1), "General Python code: right at 26 of 100 lines; without it 26.", false],
    [
      "fewer lines",
      comparison(20, 1, 0.01),
      "It forgets: right at 20 of 100 lines of general Python code instead of 26.",
      true,
    ],
    [
      "more bits",
      comparison(26, 1.08, 1),
      "It forgets: general Python code surprises it more than the base, by 8 % more bits.",
      true,
    ],
  ] as const)("%s", (_, general, text, isForgetting) => {
    expect(words.generalText(trial("better", general))).toBe(text);
    const advice = "Try fewer epochs, or a method that changes the base less.";
    expect(words.adviceText(trial("better", general))).toBe(isForgetting ? advice : undefined);
  });
});

test("a difference has its sign, and zero has none", () => {
  expect([4.4, -0.4, -12].map((value) => words.signed(value))).toEqual(["+4", "0", "−12"]);
  expect(words.signed(-0.1211, 3)).toBe("−0.121");
});
