import { expect, test } from "vitest";
import { learningRateAt, type Schedule } from "../../../../extension/core/training/optimizers/schedule.ts";

const linear: Schedule = { shape: "linear", learningRate: 1, warmupSteps: 4, steps: 12 };
const cosine: Schedule = { ...linear, shape: "cosine" };

test.each<[Schedule, number, number]>([
  [linear, 0, 0.25],
  [linear, 3, 1],
  [linear, 4, 1],
  [linear, 8, 0.5],
  [linear, 11, 0.125],
  [linear, 12, 0],
  [linear, 99, 0],
  [cosine, 1, 0.5],
  [cosine, 4, 1],
  [cosine, 8, 0.5],
  [cosine, 10, (1 + Math.cos(0.75 * Math.PI)) / 2],
  [{ ...linear, shape: "constant" }, 11, 1],
  [{ ...linear, warmupSteps: 0, steps: 1 }, 0, 1],
])("learningRateAt %o, step %i: %d", (schedule, step, rate) => {
  expect(learningRateAt(step, schedule)).toBeCloseTo(rate, 12);
});
