import { scaleLinear } from "d3-scale";
import { describe, expect, test } from "vitest";
import { lossDomain } from "../../webview/training/curves/lossDomain.ts";

/** The labels of the axis, as the chart makes them. */
function labels(losses: readonly number[]): string[] {
  const axis = scaleLinear().domain(lossDomain(losses)).nice(3);
  return axis.ticks(3).map(axis.tickFormat(3));
}

describe("lossDomain", () => {
  test("spans the losses", () => {
    expect(lossDomain([2, 4.5, 3])).toEqual([2, 4.5]);
  });

  test.each([[[4.7369838]], [[0.0000123]], [[3.1, 3.1]]])("of %j gives an axis of several short labels", (losses) => {
    const shown = labels(losses);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.every((label) => label.length <= 4)).toBe(true);
  });
});
