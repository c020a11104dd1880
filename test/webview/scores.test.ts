import { beforeAll, expect, test, vi } from "vitest";
import { intervalText, valueText } from "../../extension/core/evaluation/measures/measureFormat.ts";
import type * as Scores from "../../webview/shared/scores.ts";

let scores: typeof Scores;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  scores = await import("../../webview/shared/scores.ts");
});

test("scores are named as papers name them, and parts of measures are left to exports", () => {
  const names = ["em@1", "pass@10", "codebleu", "codebleu.syntax", "chrf", "editSimilarity"];
  expect(names.filter(scores.isWhole).map(scores.scoreTitle)).toEqual([
    "EM@1",
    "pass@10",
    "CodeBLEU",
    "chrF",
    "Edit similarity",
  ]);
});

test("CodeBLEU, of 0 to 1, has four digits, and percentages have two", () => {
  expect([valueText("codebleu", 0.25), valueText("em@1", 12.345)]).toEqual(["0.2500", "12.35"]);
  expect(intervalText("chrf", { low: -1, high: 2.5 })).toBe("−1.00 to 2.50");
});
