import { describe, expect, test } from "vitest";
import { adamW } from "../../../extension/core/training/adamW.ts";
import { clipGlobalNorm } from "../../../extension/core/training/gradientNorm.ts";
import reference from "../../fixtures/adamW/reference.json" with { type: "json" };

describe("adamW", () => {
  test.each(reference.cases)("moves values as torch.optim.AdamW does: $name", (options) => {
    const values = options.initial.map((list) => Float32Array.from(list));
    const optimizer = adamW([3, 5], options);
    for (const step of options.steps) {
      const gradients = step.gradients.map((list) => Float32Array.from(list));
      expect(clipGlobalNorm(gradients, options.clip)).toBeCloseTo(step.norm, 4);
      optimizer.update(values, gradients, options.learningRate);
      for (const [index, expected] of step.values.entries()) {
        for (const [i, value] of expected.entries()) expect(values[index]![i]).toBeCloseTo(value, 5);
      }
    }
  });

  test("goes on from copied moments as if it had never stopped", () => {
    const run = (optimizer: ReturnType<typeof adamW>, values: Float32Array, from: number, to: number): void => {
      for (let i = from; i < to; i++) optimizer.update([values], [Float32Array.of(Math.sin(i), i / 10)], 0.01);
    };
    const whole = Float32Array.of(1, 2);
    run(adamW([2]), whole, 0, 10);
    const parts = Float32Array.of(1, 2);
    const before = adamW([2]);
    run(before, parts, 0, 4);
    const after = adamW([2]);
    after.steps = before.steps;
    after.moments[0]!.first.set(before.moments[0]!.first);
    after.moments[0]!.second.set(before.moments[0]!.second);
    run(after, parts, 4, 10);
    expect(parts).toEqual(whole);
  });

  test("refuses gradients of another size", () => {
    expect(() => adamW([2]).update([new Float32Array(2)], [new Float32Array(3)], 0.1)).toThrow(/internal/);
  });
});

describe("clipGlobalNorm", () => {
  test("leaves a short gradient as it is", () => {
    const gradient = Float32Array.of(0.3, 0.4);
    expect(clipGlobalNorm([gradient], 1)).toBeCloseTo(0.5);
    expect(gradient).toEqual(Float32Array.of(0.3, 0.4));
  });

  test("scales a long one over all its parts to the limit", () => {
    const [a, b] = [Float32Array.of(3), Float32Array.of(4)];
    expect(clipGlobalNorm([a, b], 1)).toBe(5);
    expect(a[0]).toBeCloseTo(0.6);
    expect(b[0]).toBeCloseTo(0.8);
  });

  test("lets a NaN be seen", () => {
    expect(clipGlobalNorm([Float32Array.of(1), Float32Array.of(NaN)], 1)).toBeNaN();
  });
});
