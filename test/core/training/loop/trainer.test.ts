import { describe, expect, test } from "vitest";
import { createGate } from "../../../../extension/core/foundation/waiting/gate.ts";
import { optimizerNames } from "../../../../extension/core/training/optimizers/optimizers.ts";
import type { TrainProgress } from "../../../../extension/core/training/loop/progressMeter.ts";
import { runTrainer, type TrainerControl, type TrainerData } from "../../../../extension/core/training/loop/trainer.ts";
import type { TrainerPlan, TrainerSnapshot } from "../../../../extension/core/training/loop/trainerState.ts";
import { fakeStep, sequenceOf, type FakeStep } from "./fakeStep.ts";

const goal = [1, -1, 2, -2, 0.5, 3];
const training = [sequenceOf(0, 1), sequenceOf(0, 2, 3), sequenceOf(0, 4), sequenceOf(0, 5, 1, 2), sequenceOf(0, 3)];
const data: TrainerData = { training, validation: [sequenceOf(0, 1, 2, 3), sequenceOf(0, 4, 5)] };
const plan: TrainerPlan = {
  steps: 30,
  batchSize: 2,
  shape: { rows: 1, length: 4 },
  seed: 42,
  shuffle: true,
  schedule: { shape: "linear", learningRate: 0.3, warmupSteps: 2, steps: 30 },
  optimizer: { name: "adamw", weightDecay: 0 },
  clipNorm: 10,
  validateEvery: 5,
  patience: null,
  saveEvery: 1000,
};

function keeper(): { save: TrainerControl["save"]; snapshots: TrainerSnapshot[] } {
  const snapshots: TrainerSnapshot[] = [];
  return { save: async (snapshot) => void snapshots.push(structuredClone(snapshot)), snapshots };
}

describe("runTrainer", () => {
  test("lowers loss and validation loss towards the known minimum", async () => {
    const step = fakeStep(goal);
    const { validation, epochLoss } = await runTrainer(step, data, plan, keeper());
    expect(validation!.before).toBeCloseTo((0.5 * (1 + 4 + 4 + 0.25 + 9)) / 5, 5);
    expect(validation!.best).toBeLessThan(0.1 * validation!.before);
    expect(epochLoss.sum / epochLoss.steps).toBeLessThan(0.2);
    expect(step.parameters[0]!.values[1]).toBeCloseTo(-1, 0);
  });

  test("accumulates the micro-batches of a step as if they were one", async () => {
    const small = fakeStep(goal);
    await runTrainer(small, data, { ...plan, batchSize: 5 }, keeper());
    const large = fakeStep(goal);
    await runTrainer(large, data, { ...plan, batchSize: 5, shape: { rows: 4, length: 32 } }, keeper());
    expect(small.runs.length).toBeGreaterThan(large.runs.length);
    for (const [i, value] of small.parameters[0]!.values.entries()) {
      expect(value).toBeCloseTo(large.parameters[0]!.values[i]!, 4);
    }
  });

  test("sees every sequence once per epoch, in a new order each time, or in the given order without shuffling", async () => {
    const orderOf = async (shuffle: boolean): Promise<number[][]> => {
      const step = fakeStep(goal);
      const single = Array.from({ length: 6 }, (_, id) => sequenceOf(0, id));
      await runTrainer(
        step,
        { training: single, validation: [] },
        { ...plan, steps: 12, batchSize: 1, shuffle },
        keeper(),
      );
      const ids = step.runs.flatMap((run) => run.ids);
      return [ids.slice(0, 6), ids.slice(6)];
    };
    const [first, second] = await orderOf(true);
    expect([...first!].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...second!].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(first).not.toEqual(second);
    expect(await orderOf(false)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  test("validates before, at the interval and at the end, and ends with the best parameters", async () => {
    // Validation wants the opposite of training, so it is best after the first interval and gets worse from then on.
    const contrary: TrainerData = { training: [sequenceOf(0, 1)], validation: [sequenceOf(0, 2)] };
    const step = fakeStep(goal);
    const evaluate = step.evaluate;
    const known: number[] = [];
    step.evaluate = async (batch) => {
      known.push(step.parameters[0]!.values[1]!);
      return (await evaluate(batch)) + step.parameters[0]!.values[1]! ** 2;
    };
    const state = await runTrainer(step, contrary, { ...plan, steps: 12, validateEvery: 5 }, keeper());
    expect(known).toHaveLength(4); // 0, 5, 10, 12
    expect(state.validation!.best).toBeLessThan(state.validation!.last);
    expect(state.validation!.before).toBeLessThan(state.validation!.best);
    expect(step.parameters[0]!.values[1]).toBe(known[1]);
  });

  test("stops after `patience` validations without a lower loss, with the best parameters, also when resumed", async () => {
    // As above: the first validation is the best, and each later one is worse.
    const contrary: TrainerData = { training: [sequenceOf(0, 1)], validation: [sequenceOf(0, 2)] };
    const patient = { ...plan, steps: 40, validateEvery: 2, patience: 3 };
    const worsening = (): FakeStep => {
      const step = fakeStep(goal);
      const { evaluate } = step;
      step.evaluate = async (batch) => (await evaluate(batch)) + step.parameters[0]!.values[1]! ** 2;
      return step;
    };
    const whole = worsening();
    const { save, snapshots } = keeper();
    const state = await runTrainer(whole, contrary, patient, { save });
    expect(state).toMatchObject({ step: 8, validationsSinceBest: 3 });
    const resumed = worsening();
    const resumeFrom = snapshots.find(({ state: { step } }) => step === 6)!;
    expect(await runTrainer(resumed, contrary, patient, { ...keeper(), resumeFrom })).toMatchObject({ step: 8 });
    expect(resumed.parameters[0]!.values).toEqual(whole.parameters[0]!.values);
    const endless = await runTrainer(worsening(), contrary, { ...patient, patience: null }, keeper());
    expect(endless.step).toBe(40);
  });

  test("validates on all of a set that is too large to be packed at once, each target counted once", async () => {
    const validation = Array.from({ length: 700 }, (_, i) => sequenceOf(0, ...Array<number>(1 + (i % 3)).fill(i % 6)));
    const { validation: found } = await runTrainer(fakeStep(goal), { ...data, validation }, plan, keeper());
    const targets = validation.flatMap(({ ids }) => ids.slice(1));
    const mean = targets.reduce((sum, id) => sum + 0.5 * goal[id]! ** 2, 0) / targets.length;
    expect(found!.before).toBeCloseTo(mean, 5);
  });

  test("ends with the last parameters without validation data", async () => {
    const { save, snapshots } = keeper();
    const step = fakeStep(goal);
    const state = await runTrainer(step, { training, validation: [] }, plan, { save });
    expect(state.validation).toBeNull();
    const last = snapshots.at(-1)!.tensors.find(({ name }) => name === "value:w");
    expect(step.parameters[0]!.values).toEqual(last!.values);
  });

  test("the same seed gives the same parameters, another seed gives others", async () => {
    const trained = async (seed: number): Promise<Float32Array> => {
      const step = fakeStep(goal);
      await runTrainer(step, data, { ...plan, steps: 7, seed }, keeper());
      return step.parameters[0]!.values;
    };
    expect(await trained(1)).toEqual(await trained(1));
    expect(await trained(1)).not.toEqual(await trained(2));
  });

  test.each(optimizerNames.flatMap((name) => [0, 1, 4, 5, 11, 29].map((at) => ({ name, at }))))(
    "cancelled in step $at with $name and resumed, ends as if uninterrupted",
    async ({ name, at }) => {
      const own = { ...plan, optimizer: { name, weightDecay: 0.01 } };
      const whole = fakeStep(goal);
      const expected = await runTrainer(whole, data, own, keeper());

      const controller = new AbortController();
      const runsBefore = whole.runs.length;
      const first = fakeStep(goal, (runs) => runs > at && controller.abort());
      const { save, snapshots } = keeper();
      await expect(runTrainer(first, data, own, { signal: controller.signal, save })).rejects.toMatchObject({
        name: "AbortError",
      });
      const second = fakeStep(goal);
      const resumeFrom = snapshots.at(-1)!;
      const state = await runTrainer(second, data, own, { ...keeper(), resumeFrom });
      expect(second.parameters[0]!.values).toEqual(whole.parameters[0]!.values);
      expect(state).toMatchObject({ step: 30, tokens: expected.tokens, validation: expected.validation });
      expect(second.runs.at(-1)).toEqual(whole.runs.at(-1));
      expect(second.runs.length).toBeLessThanOrEqual(runsBefore);
    },
  );

  test("held back after each micro-batch and in each validation, computes the same", async () => {
    const whole = fakeStep(goal);
    const expected = await runTrainer(whole, data, plan, keeper());
    let waits = 0;
    const gate = createGate((isWaiting) => {
      if (!isWaiting) return;
      waits++;
      setImmediate(gate.open);
    });
    const held = fakeStep(goal, gate.close);
    const { evaluate } = held;
    held.evaluate = async (batch) => {
      gate.close();
      return evaluate(batch);
    };
    const state = await runTrainer(held, data, plan, { ...keeper(), gate });
    expect(waits).toBeGreaterThan(held.runs.length); // Validations, too.
    expect(held.runs).toEqual(whole.runs);
    expect(held.parameters[0]!.values).toEqual(whole.parameters[0]!.values);
    expect(state.losses).toEqual(expected.losses);
  });

  test("cancelled while it waits, ends at once, and resumed as if uninterrupted", async () => {
    const whole = fakeStep(goal);
    await runTrainer(whole, data, plan, keeper());
    const controller = new AbortController();
    const gate = createGate((isWaiting) => isWaiting && setImmediate(() => controller.abort()));
    const first = fakeStep(goal, (runs) => runs === 12 && gate.close());
    const { save, snapshots } = keeper();
    const waiting = runTrainer(first, data, plan, { signal: controller.signal, gate, save });
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(first.runs).toHaveLength(12);
    const second = fakeStep(goal);
    await runTrainer(second, data, plan, { ...keeper(), resumeFrom: snapshots.at(-1)! });
    expect(second.parameters[0]!.values).toEqual(whole.parameters[0]!.values);
  });

  test("cancelled in a validation, repeats it when resumed", async () => {
    const controller = new AbortController();
    const first = fakeStep(goal);
    const { evaluate } = first;
    first.evaluate = async (batch) => {
      if (first.runs.length > 0) controller.abort();
      return evaluate(batch);
    };
    const { save, snapshots } = keeper();
    const cancelled = runTrainer(first, data, plan, { signal: controller.signal, save });
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
    expect(snapshots.at(-1)!.state).toMatchObject({ step: 5, validatedStep: 0 });
    const second = fakeStep(goal);
    await runTrainer(second, data, plan, { ...keeper(), resumeFrom: snapshots.at(-1)! });
    const whole = fakeStep(goal);
    await runTrainer(whole, data, plan, keeper());
    expect(second.parameters[0]!.values).toEqual(whole.parameters[0]!.values);
  });

  test("tells after each step how far it is", async () => {
    const seen: TrainProgress[] = [];
    await runTrainer(fakeStep(goal), data, { ...plan, steps: 6 }, { ...keeper(), onProgress: (p) => seen.push(p) });
    expect(seen.map(({ step, steps, epoch }) => [step, steps, epoch])).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => [step, 6, step / 3]),
    );
    expect(seen.at(-1)).toMatchObject({ etaSeconds: 0, validationLoss: { before: expect.any(Number) } });
    expect(seen.every(({ tokensPerSecond, loss }) => tokensPerSecond > 0 && loss >= 0)).toBe(true);
  });

  test("gives up with a UserError where the loss is no number", async () => {
    const step = fakeStep([NaN, NaN]);
    await expect(
      runTrainer(step, { training: [sequenceOf(0, 1)], validation: [] }, plan, keeper()),
    ).rejects.toMatchObject({
      name: "UserError",
      code: "training-diverged",
      message: expect.stringContaining("step 1"),
    });
  });
});
