import { beforeAll, describe, expect, test, vi } from "vitest";
import { signed } from "../../extension/core/foundation/numbers/signed.ts";
import type * as Figures from "../../webview/shared/figures.ts";

let figures: typeof Figures;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  figures = await import("../../webview/shared/figures.ts");
});

describe("duration", () => {
  test.each([
    [0.4, "0\u00A0s"],
    [59.4, "59\u00A0s"],
    [61, "1\u00A0min 1\u00A0s"],
    [7300, "2\u00A0h 1\u00A0min"],
    [Number.NaN, "–"],
  ])("of %d seconds reads %s", (seconds, text) => {
    expect(figures.duration(seconds)).toBe(text);
  });
});

describe("bytes", () => {
  test.each([
    [1, "1\u00A0MB"],
    [987_654_321, "988\u00A0MB"],
    [3_090_000_000, "3.1\u00A0GB"],
  ])("%d reads %s", (number, text) => expect(figures.bytes(number)).toBe(text));
});

describe("count", () => {
  test.each([
    [6_235_000, "6.2 million"],
    [494_032_768, "494 million"],
    [1_543_714_304, "1.5 billion"],
  ])("%d reads %s", (number, text) => expect(figures.count(number)).toBe(text));
});

describe("loss", () => {
  test("shows two digits, more for small values, and a dash for none", () => {
    expect([2.345, 0.01234, Number.NaN].map(figures.loss)).toEqual(["2.35", "0.0123", "–"]);
  });
});

test("a difference has its sign, and zero has both, as in core", () => {
  expect([4.4, -0.4, -12].map((value) => figures.signed(value))).toEqual(["+4", "±0", "−12"]);
  expect(figures.signed(-0.1211, 3)).toBe("−0.121");
  for (const value of [2.5, -0.04, 0]) expect(figures.signed(value, 1)).toBe(signed(value, 1));
});
