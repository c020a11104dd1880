import { describe, expect, test, vi } from "vitest";
import type { ComparisonShown, DayShown, MeasuresShown } from "../../webview/protocol/statistics.ts";

vi.stubGlobal("document", { getElementById: () => null });
const { verdictText } = await import("../../webview/statistics/comparisonResult.tsx");
const { otherThan, settingsOf } = await import("../../webview/statistics/comparisonForm.tsx");
const { barsOf } = await import("../../webview/statistics/dayBars.tsx");
const { scaleOf } = await import("../../webview/statistics/intervalChart.tsx");
const { about, countAndShare, nameOf, percent, signedPoints } = await import("../../webview/statistics/formats.ts");

describe("verdictText", () => {
  const said = (part: Partial<ComparisonShown>): string =>
    verdictText({
      a: { adapter: "shop", context: false },
      b: { adapter: null, context: false },
      base: "small",
      hasEnded: false,
      suggestions: { a: 500, b: 510 },
      verdict: "open",
      needed: 1183,
      found: { shares: { a: 0.341, b: 0.262 }, difference: 0.079, interval: { low: -0.012, high: 0.17 } },
      measures: {} as Record<"a" | "b", MeasuresShown>,
      ...part,
    });

  test("says what is known so far, and how much more it takes", () => {
    expect(said({})).toBe(
      "Not known yet: 34 of 100 suggestions are kept with A, 26 with B (95\u00A0%: −1 to +17). " +
        "A verdict takes about 1,200 more suggestions.",
    );
    expect(said({ hasEnded: true })).not.toContain("more suggestions");
  });

  test("names the better one first, with the interval in its direction", () => {
    expect(
      said({
        verdict: "a",
        found: { shares: { a: 0.34, b: 0.26 }, difference: 0.08, interval: { low: 0.01, high: 0.15 } },
      }),
    ).toBe("A is better: 34 of 100 suggestions are kept instead of 26 (95\u00A0%: +1 to +15).");
    expect(
      said({
        verdict: "b",
        found: { shares: { a: 0.26, b: 0.34 }, difference: -0.08, interval: { low: -0.15, high: -0.01 } },
      }),
    ).toBe("B is better: 34 of 100 suggestions are kept instead of 26 (95\u00A0%: +1 to +15).");
  });

  test("too few", () => {
    const { found: _, ...none } = { found: undefined };
    expect(verdictText({ ...none, verdict: "tooFew", needed: 320, hasEnded: false } as ComparisonShown)).toContain(
      "about 320 more",
    );
  });
});

describe("settingsOf", () => {
  const choices = { base: "small", adapters: ["old", "shop"], active: "shop", canSwitchContext: false };

  test("the adapter in use first, then the base alone, then the others", () => {
    expect(settingsOf(choices).map(({ adapter }) => adapter)).toEqual(["shop", null, "old"]);
    expect(settingsOf({ ...choices, active: null }).map(({ adapter }) => adapter)).toEqual([null, "old", "shop"]);
  });

  test("each with and without the repository, where that can be switched", () => {
    expect(settingsOf({ ...choices, adapters: [], active: null, canSwitchContext: true })).toEqual([
      { adapter: null, context: true },
      { adapter: null, context: false },
    ]);
  });

  test("the other arm differs in the adapter, or else in the context", () => {
    const settings = settingsOf({ ...choices, canSwitchContext: true });
    expect(otherThan(settings[0]!, settings)).toEqual({ adapter: null, context: true });
    const alone = settings.filter(({ adapter }) => adapter === null);
    expect(otherThan(alone[0]!, alone)).toEqual({ adapter: null, context: false });
    expect(otherThan(alone[0]!, alone.slice(0, 1))).toBeUndefined();
  });
});

describe("barsOf", () => {
  const days = (count: number): DayShown[] =>
    Array.from({ length: count }, (_, i) => ({ day: String(i).padStart(3, "0"), shown: 2, accepted: 1 }));

  test("a bar for each of thirty days", () => {
    expect(barsOf(days(30))).toHaveLength(30);
  });

  test("a year by weeks, of which the last is whole, with all suggestions", () => {
    const bars = barsOf(days(365));
    expect(bars).toHaveLength(53);
    expect(bars.at(-1)).toEqual({ from: "358", to: "364", shown: 14, accepted: 7 });
    expect(bars[0]).toEqual({ from: "000", to: "000", shown: 2, accepted: 1 });
    expect(bars.reduce((sum, { shown }) => sum + shown, 0)).toBe(730);
  });
});

test("scaleOf: zero is in the middle, and the interval within the picture", () => {
  for (const interval of [
    { low: -0.01, high: 0.3 },
    { low: -0.9, high: -0.2 },
    { low: 0, high: 0 },
  ]) {
    const x = scaleOf(interval);
    expect(x(0)).toBe(150);
    expect(x(interval.low)).toBeGreaterThan(0);
    expect(x(interval.high)).toBeLessThan(300);
  }
});

test("numbers and names as people read them", () => {
  expect([percent(0.255), percent(undefined), countAndShare(1200, 2400), countAndShare(0, 0)]).toEqual([
    "26\u00A0%",
    "–",
    "1,200 (50\u00A0%)",
    "0",
  ]);
  expect([about(7), about(63), about(101), about(12_345)]).toEqual(["7", "63", "110", "13,000"]);
  expect([signedPoints(0.07), signedPoints(-0.07), signedPoints(0)]).toEqual(["+7", "−7", "±0"]);
  const variant = { base: "small", adapter: "shop", context: true };
  expect([nameOf(variant, false), nameOf(variant, true), nameOf({ ...variant, adapter: null }, false)]).toEqual([
    "shop on small",
    "shop on small, with repository",
    "small alone",
  ]);
});
