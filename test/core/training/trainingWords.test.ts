import { describe, expect, test } from "vitest";
import type { TrainingData } from "../../../extension/core/training/data/trainingData.ts";
import { beginning, type TrainerPlan, type TrainerState } from "../../../extension/core/training/loop/trainerState.ts";
import { tellEnd, tellPlan } from "../../../extension/core/training/trainingWords.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";

describe("tellEnd", () => {
  const warnings = (...losses: number[]): string[] => {
    const told: string[] = [];
    const state: TrainerState = {
      ...beginning,
      step: losses.length,
      epochLoss: { sum: losses.slice(1).reduce((sum, loss) => sum + loss, 0), steps: losses.length - 1 },
      losses: { training: losses.map((loss, step) => ({ step, loss })), validation: [] },
    };
    const plan = { steps: losses.length, patience: null } as TrainerPlan;
    tellEnd(state, plan, { ...silentLog, warn: (text) => told.push(text) });
    return told;
  };

  test("warns of a training that has gone astray, with the way on", () => {
    const [warning, ...others] = warnings(3.59, 9.0, 9.02);
    expect(warning).toMatch(/risen from 3\.59 to 9\.01.*lower learning rate/);
    expect(others).toEqual([]);
  });

  test("says nothing of a loss that falls, or rises as batches do", () => {
    expect(warnings(3.59, 2.1, 1.8)).toEqual([]);
    expect(warnings(2.1, 2.6, 2.4)).toEqual([]);
  });
});

test.each([
  [7, []],
  [8, ["The batch size is 8, more than the 7 sequences to train on: each step learns from all."]],
])("tellPlan warns of a batch size of %i where there are seven sequences: %j", (batchSize, warnings) => {
  const told: string[] = [];
  const data = {
    training: { length: 14, drawings: 2 },
    validation: { length: 0 },
    parts: [],
  } as unknown as TrainingData;
  const plan = { steps: 3, batchSize, shape: { rows: 1, length: 64 } } as TrainerPlan;
  const outline = { steps: 3, epochs: 3, raised: false, problems: { count: 0 } };
  tellPlan({ base: "tiny", data, plan, outline, padding: 0 }, { ...silentLog, warn: (text) => told.push(text) });
  expect(told).toEqual(warnings);
});
