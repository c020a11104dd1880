import { expect, test } from "vitest";
import { meanLoss } from "../../../../extension/core/training/loop/meanLoss.ts";
import { fakeStep } from "./fakeStep.ts";

test("weighs the losses of targets over all batches", async () => {
  const step = fakeStep([0, 1, 2, 3]); // The loss of a target is half of its id's square.
  const sequences = [
    { ids: [0, 1], firstTarget: 1 },
    { ids: [0, 2, 3], firstTarget: 1, weights: [0.5, 2] },
    ...Array.from({ length: 300 }, () => ({ ids: [0, 3], firstTarget: 1, weights: [0] })),
  ];
  const loss = await meanLoss(step, sequences, { rows: 1, length: 3 }, async () => {});
  expect(loss).toBeCloseTo((1 * 0.5 + 0.5 * 2 + 2 * 4.5) / 3.5, 6);
});
