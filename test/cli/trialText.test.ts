import { expect, test } from "vitest";
import { trialText } from "../../extension/cli/results/trialText.ts";
import type { TrialComparison } from "../../extension/core/training/trialReport.ts";

const estimate = (value: number) => ({ value, low: value - 5, high: value + 5 });
const comparison: TrialComparison = {
  lines: 200,
  base: { exact: estimate(26), editSimilarity: estimate(50), bitsPerByte: 0.9361 },
  adapter: { exact: estimate(34), editSimilarity: estimate(49.96), bitsPerByte: 0.815 },
  exact: { value: 8, low: 4, high: 12, p: 0.0004 },
  editSimilarity: { value: -0.04, low: -2, high: 2.25, p: 0.9 },
  bitsPerByte: { value: -0.1211, low: -0.15, high: -0.09, p: 0.001 },
};

test("a trial is a sentence and a table", () => {
  const trial = { verdict: "better", files: 7, seconds: 60, served: comparison, best: [], worst: [] } as const;
  expect(trialText(trial).join("\n")).toBe(
    `The adapter helps: right at 34.0 % of 200 lines of 7 held-out files instead of 26.0 % (95 %: +4.0 to +12.0 points, p below 0.001)

                          base  adapter  difference  95 %
rest of a line, 200 lines
  exact, %                26.0     34.0        +8.0  +4.0 to +12.0
  edit similarity, %      50.0     50.0        ±0.0  −2.0 to +2.3
  bits per byte          0.936    0.815      −0.121  −0.150 to −0.090`,
  );
});

test("bodies that decided are told first, and have their part of the table", () => {
  const { lines: _, ...scores } = comparison;
  const bodies = { ...scores, bodies: 80, editSimilarity: { value: 3.3, low: 0.8, high: 5.9, p: 0.015 } };
  const shown = { verdict: "better", files: 7, seconds: 60, served: comparison, best: [], worst: [] } as const;
  const text = trialText({ ...shown, decidedBy: "bodies", bodies }).join("\n");
  expect(text).toMatch(
    /^The adapter helps: 80 bodies of blocks are 50\.0 % like the author's instead of 50\.0 % \(95 %: \+0\.8 to \+5\.9 points, p = 0\.015\); right at 34\.0 %/,
  );
  expect(text).toContain("body of a block, 80 bodies\n");
});

test("what an adapter forgets is told as it was measured", () => {
  const trial = { verdict: "better", files: 7, seconds: 60, served: comparison, best: [], worst: [] } as const;
  const more = { ...comparison.bitsPerByte!, value: 0.0749 };
  const told = (forgets?: "lines" | "bits") =>
    trialText({ ...trial, general: { ...comparison, bitsPerByte: more }, ...(forgets && { forgets }) })[1];
  expect(told("bits")).toBe(
    "It forgets general code: it needs 8.0 % more bits per byte; right at 34.0 % of its lines instead of 26.0 % (95 %: +4.0 to +12.0 points, p below 0.001)",
  );
  expect(told("lines")).toMatch(/^It forgets general code: right at 34\.0 % of its lines instead of 26\.0 % \(95 %/);
  expect(told()).toBe("");
});
