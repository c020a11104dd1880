import { expect, test } from "vitest";
import { workOf, type PlannedData } from "../../../extension/core/training/trainingPlan.ts";
import type { TrainerPlan } from "../../../extension/core/training/loop/trainerState.ts";

/** Ten sequences of 100 tokens in three variants, and none to validate on. */
const part = (length: number, drawings: number): PlannedData["training"] => ({
  length,
  drawings,
  tokens: 100 * length,
  longest: { own: 100, read: 0 },
  at: () => undefined,
});
const data: PlannedData = { training: part(30, 3), validation: part(0, 1) };

test.each([
  ["all steps are full", 5, 4, 4 * 5 * 100],
  ["the second step of an epoch has the two that are left", 8, 4, 2 * 10 * 100],
  ["a step has no more sequences than there are", 1_000_000, 4, 4 * 10 * 100],
])("workOf: %s", (_, batchSize, steps, tokens) => {
  const plan = { steps, batchSize, validateEvery: 1 } as TrainerPlan;
  expect(workOf(data, plan, 0).tokens).toBeCloseTo(tokens);
});
