import { describe, expect, test } from "vitest";
import { points } from "../../webview/shared/sparkline.tsx";

describe("points", () => {
  test("spreads the values over the box, the largest on top", () => {
    expect(points([4, 3, 2])).toBe("0.0,2.0 100.0,20.0 200.0,38.0");
  });

  test("draws a level line for equal values", () => {
    expect(points([3, 3])).toBe("0.0,38.0 200.0,38.0");
  });

  test("leaves out what is no finite number, and draws nothing for a single value", () => {
    expect(points([1, Number.NaN, 2])).toBe("0.0,38.0 200.0,2.0");
    expect(points([1, Number.POSITIVE_INFINITY])).toBe("");
  });
});
