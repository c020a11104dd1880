import { describe, expect, test } from "vitest";
import { adafactor } from "../../../../extension/core/training/optimizers/adafactor.ts";
import { adamW } from "../../../../extension/core/training/optimizers/adamW.ts";
import { clipGlobalNorm } from "../../../../extension/core/training/optimizers/gradientNorm.ts";
import type { NamedTensor, Optimizer } from "../../../../extension/core/training/optimizers/optimizer.ts";
import reference from "../../../fixtures/optimizers/reference.json" with { type: "json" };

const open = { adamw: adamW, adafactor } as const;
type Name = keyof typeof open;

describe.each(Object.keys(open) as Name[])("%s", (name) => {
  test.each(reference.cases.filter(({ optimizer }) => optimizer === name))(
    "updates values like PyTorch: $name",
    (example) => {
      const parameters = example.initial.map((list, i): NamedTensor => {
        return { name: `p${i}`, shape: example.shapes[i]!, values: Float32Array.from(list) };
      });
      const optimizer = open[name](parameters, example.options);
      for (const [index, step] of example.steps.entries()) {
        const gradients = step.gradients.map((list) => Float32Array.from(list));
        expect(clipGlobalNorm(gradients, example.clip)).toBeCloseTo(step.norm, 4);
        optimizer.update(gradients, { number: index + 1, learningRate: example.learningRate });
        for (const [i, { values }] of parameters.entries()) {
          for (const [j, expected] of step.values[i]!.entries()) expect(values[j]).toBeCloseTo(expected, 5);
        }
      }
    },
  );

  test("continues from copied optimizer state as if uninterrupted", () => {
    const run = (optimizer: Optimizer, from: number, to: number): void => {
      for (let i = from; i < to; i++)
        optimizer.update([Float32Array.of(Math.sin(i), i / 10)], { number: i + 1, learningRate: 0.01 });
    };
    const parameter = (): NamedTensor => ({ name: "w", shape: [1, 2], values: Float32Array.of(1, 2) });
    const [whole, parts] = [parameter(), parameter()];
    run(open[name]([whole]), 0, 10);
    const before = open[name]([parts]);
    run(before, 0, 4);
    const after = open[name]([parts]);
    for (const [i, { values }] of before.state.entries()) after.state[i]!.values.set(values);
    run(after, 4, 10);
    expect(parts.values).toEqual(whole.values);
  });

  test("refuses gradients of another size", () => {
    const parameter = { name: "w", shape: [2], values: new Float32Array(2) };
    const update = (): void => open[name]([parameter]).update([new Float32Array(3)], { number: 1, learningRate: 0.1 });
    expect(update).toThrow(/internal/);
  });
});

describe("clipGlobalNorm", () => {
  test("does not change a small gradient", () => {
    const gradient = Float32Array.of(0.3, 0.4);
    expect(clipGlobalNorm([gradient], 1)).toBeCloseTo(0.5);
    expect(gradient).toEqual(Float32Array.of(0.3, 0.4));
  });

  test("scales a large gradient to the limit over all its parts", () => {
    const [a, b] = [Float32Array.of(3), Float32Array.of(4)];
    expect(clipGlobalNorm([a, b], 1)).toBe(5);
    expect(a[0]).toBeCloseTo(0.6);
    expect(b[0]).toBeCloseTo(0.8);
  });

  test("returns NaN for a gradient with NaN", () => {
    expect(clipGlobalNorm([Float32Array.of(1), Float32Array.of(NaN)], 1)).toBeNaN();
  });
});
