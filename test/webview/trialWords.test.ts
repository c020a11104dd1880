import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Words from "../../webview/training/trial/trialWords.ts";
import type { TrialComparison, TrialShown } from "../../webview/protocol/trial.ts";

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
    ["better", "It helps: right at 34 of 100 lines instead of 26; between +4 and +12, 95\u00A0%."],
    ["worse", "It harms: right at 34 of 100 lines instead of 26; between +4 and +12, 95\u00A0%."],
    ["alike", "It makes no clear difference: right at 34 of 100 lines instead of 26; between +4 and +12, 95\u00A0%."],
    ["untold", "Too few lines to tell yet: right at 68 of 200 lines, and at 52 without it."],
  ] as const)("%s", (verdict, text) => {
    expect(words.verdictText(trial(verdict, comparison(26, 1, 1)))).toBe(text);
  });
});

describe("bodies of blocks", () => {
  const bodies = {
    ...comparison(0, 1, 1),
    bodies: 80,
    adapter: { exact: estimate(0), editSimilarity: estimate(33.4) },
    editSimilarity: { value: 3.3, low: 0.8, high: 5.9, p: 0.015 },
    base: { exact: estimate(0), editSimilarity: estimate(30.1) },
  };
  const told = (verdict: TrialShown["verdict"], decidedBy?: "bodies") => {
    const shown = { ...trial(verdict, comparison(26, 1, 1)), bodies, decidedBy };
    return [words.verdictText(shown), words.otherText(shown)];
  };

  test("are told first if they decided", () => {
    const lines = "Lines: right at 34 of 100; without the adapter 26.";
    const likeness =
      "bodies of blocks are 33\u00A0% like the author's instead of 30\u00A0%; between +1 and +6, 95\u00A0%.";
    expect(told("better", "bodies")).toEqual([`It helps: ${likeness}`, lines]);
    expect(told("worse", "bodies")).toEqual([`It harms: ${likeness}`, lines]);
  });

  test("are told second if lines decided, and not at all by reports without them", () => {
    expect(told("alike")[1]).toBe("Bodies of blocks (80): 33\u00A0% like the author's; without the adapter 30\u00A0%.");
    expect(words.otherText(trial("alike", comparison(26, 1, 1)))).toBeUndefined();
  });
});

describe("forgetting", () => {
  test.each([
    [undefined, comparison(26, 1.08, 1), "General Python code: right at 26 of 100 lines; without it 26."],
    ["lines", comparison(20, 1, 0.01), "It forgets: right at 20 of 100 lines of general Python code instead of 26."],
    [
      "bits",
      comparison(25, 1.08, 1),
      "It forgets: it is less sure of general Python code (8\u00A0% more bits per byte). There it is right at 25 of 100 lines instead of 26, which may be chance.",
    ],
    [
      "bits",
      comparison(26, 1.08, 1),
      "It forgets: it is less sure of general Python code (8\u00A0% more bits per byte). There it is still right at 26 of 100 lines.",
    ],
    [
      "bits",
      comparison(27, 1.08, 1),
      "It forgets: it is less sure of general Python code (8\u00A0% more bits per byte). Even so, it is right at 27 of 100 lines there instead of 26.",
    ],
  ] as const)("%s", (forgets, general, text) => {
    expect(words.generalText({ ...trial("better", general), forgets })).toBe(text);
  });
});

describe("adviceText", () => {
  const advice = (shown: Partial<TrialShown>, epochs?: number) =>
    words.adviceText({ ...trial("better", comparison(26, 1, 1)), ...shown }, epochs);

  test("names fewer epochs only where there are some to do without", () => {
    const fewer = "Try fewer epochs, a lower scale, or a method that changes the base less, such as IA3.";
    const other = "Try a lower scale, a method that changes the base less, such as IA3, or a larger base model.";
    expect([undefined, 1, 1.07, 2, 5].map((epochs) => advice({ forgets: "bits" }, epochs))).toEqual([
      other,
      other,
      other,
      fewer,
      fewer,
    ]);
  });

  test("is needed unless the adapter helps and forgets nothing", () => {
    expect(advice({ verdict: "better" }, 2)).toBeUndefined();
    expect(advice({ verdict: "alike" }, 2)).toBe("Try more code, another method or a larger base model.");
  });
});
