import { expect, test } from "vitest";
import { stepsOf } from "../../../extension/core/training/steps.ts";

const settings = { steps: null, epochs: 2, batchSize: 8, preset: "graft", sourceAs: "requests" } as const;

test.each([
  ["one step an epoch", 7, 90],
  ["two, as of the sample", 11, 90],
  ["three", 24, 40],
  ["a thousand lines", 27, 23],
  ["ten thousand", 300, 76],
])("requests: %s", (_, sequences, steps) => {
  expect(stepsOf(settings, {}, sequences)).toBe(steps);
});

test("pieces and rows make 60 steps at least; what is given counts, and the paper's epochs", () => {
  expect(stepsOf({ ...settings, sourceAs: "pieces", epochs: 5 }, {}, 27)).toBe(60);
  expect(stepsOf(settings, { epochs: 2 }, 27)).toBe(8);
  expect(stepsOf({ ...settings, steps: 3 }, { steps: 3 }, 27)).toBe(3);
  expect(stepsOf({ ...settings, preset: "paper", epochs: 5, sourceAs: "pieces" }, {}, 27)).toBe(20);
});
