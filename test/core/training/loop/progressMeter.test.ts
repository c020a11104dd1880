import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createGate } from "../../../../extension/core/foundation/waiting/gate.ts";
import {
  progressMeter,
  readingMeter,
  type ReadingProgress,
  type TrainProgress,
} from "../../../../extension/core/training/loop/progressMeter.ts";
import type { TrainerState } from "../../../../extension/core/training/loop/trainerState.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const begun: TrainerState = {
  step: 0,
  tokens: 0,
  seconds: 0,
  epochLoss: { sum: 0, steps: 0 },
  validation: null,
  validatedStep: -1,
  validationsSinceBest: 0,
  losses: { training: [], validation: [] },
};
const hour = 3600;

/** A training of 100 steps of 50 tokens, validated every 10; `secondsOf` says how long each takes. */
async function progressAfter(steps: number, secondsOf: (kind: "step" | "validation", step: number) => number) {
  const meter = progressMeter(begun, { steps: 100, validateEvery: 10 }, 20);
  const spend = (kind: "step" | "validation", step: number): Promise<void> =>
    meter.timed(kind, async () => void vi.advanceTimersByTime(1000 * secondsOf(kind, step)));
  await spend("validation", 0);
  let progress: TrainProgress | undefined;
  for (let step = 1; step <= steps; step++) {
    await spend("step", step);
    if (step % 10 === 0) await spend("validation", step);
    progress = meter.progress({ ...begun, step, tokens: 50 * step }, 1);
  }
  return progress!;
}

describe("progressMeter", () => {
  test("counts the validations that are to come into the time that is left", async () => {
    const progress = await progressAfter(30, (kind) => (kind === "step" ? 2 : 7));
    expect(progress.tokensPerSecond).toBeCloseTo(25, 6);
    expect(progress.etaSeconds).toBeCloseTo(70 * 2 + 7 * 7, 6);
    expect(progress.epoch).toBe(1.5);
  });

  test.each([
    ["a step", "step", 25],
    ["a validation", "validation", 20],
  ] as const)("a laptop that slept eight hours in %s spoils neither", async (_, kind, at) => {
    const progress = await progressAfter(30, (of, step) =>
      of === kind && step === at ? 8 * hour : of === "step" ? 2 : 7,
    );
    expect(progress.tokensPerSecond).toBeCloseTo(25, 0);
    expect(progress.etaSeconds).toBeCloseTo(70 * 2 + 7 * 7, 0);
  });

  test("tells the step of the last validation", () => {
    const meter = progressMeter(begun, { steps: 100, validateEvery: 10 }, 20);
    const validation = { before: 3, best: 2, last: 2.5 };
    const told = meter.progress({ ...begun, step: 13, validation, validatedStep: 10 }, 1);
    expect(told).toMatchObject({ step: 13, validationLoss: validation, validatedStep: 10 });
    expect(meter.progress({ ...begun, step: 13 }, 1)).not.toHaveProperty("validatedStep");
  });

  test("time in which the training waits changes neither its speed, nor the time left, nor what it took", async () => {
    const told = async (secondsOfWait: number) => {
      const gate = createGate();
      const meter = progressMeter(begun, { steps: 10, validateEvery: 5 }, 5, gate);
      for (let step = 1; step <= 4; step++) {
        await meter.timed("step", async () => {
          vi.advanceTimersByTime(2000);
          gate.close();
          const passing = gate.pass();
          vi.advanceTimersByTime(1000 * secondsOfWait);
          gate.open();
          await passing;
        });
      }
      return { ...meter.progress({ ...begun, step: 4, tokens: 200 }, 1), seconds: meter.seconds() };
    };
    const [without, waited] = [await told(0), await told(1.5)];
    expect(waited.tokensPerSecond).toBeCloseTo(without.tokensPerSecond, 6);
    expect(waited.etaSeconds).toBeCloseTo(without.etaSeconds, 6);
    expect(waited.seconds).toBeCloseTo(8, 6);
  });

  test("a slow first step is soon forgotten", async () => {
    expect((await progressAfter(2, (_, step) => (step === 1 ? 60 : 1))).tokensPerSecond).toBeCloseTo(50, 6);
  });

  test("follows a machine that has become slower for good", async () => {
    const progress = await progressAfter(70, (_, step) => (step <= 40 ? 1 : 20));
    expect(progress.tokensPerSecond).toBeCloseTo(50 / 20, 6);
  });

  test("counts time of earlier runs, and what is not kept yet", () => {
    const meter = progressMeter({ ...begun, seconds: 100 }, { steps: 10, validateEvery: 5 }, 5);
    vi.advanceTimersByTime(5000);
    expect(meter.seconds()).toBeCloseTo(105, 6);
    expect(meter.secondsUnsaved()).toBeCloseTo(5, 6);
    meter.saved();
    expect(meter.secondsUnsaved()).toBe(0);
  });
});

describe("readingMeter", () => {
  test("tells every two seconds how much is read and how long the rest takes, asleep or awake", () => {
    const told: ReadingProgress[] = [];
    const meter = readingMeter(100_000, (progress) => told.push(progress));
    for (let i = 1; i <= 50_000; i++) {
      vi.advanceTimersByTime(i === 30_000 ? 8 * hour * 1000 : 0.2);
      meter.read();
    }
    expect(told.length).toBeGreaterThanOrEqual(4);
    expect(told.length).toBeLessThanOrEqual(6);
    expect(told.at(-1)).toMatchObject({ of: 100_000 });
    expect(told.at(-1)!.etaSeconds / ((100_000 - told.at(-1)!.examples) * 0.0002)).toBeCloseTo(1, 1);
  });

  test("says nothing of what is read at once", () => {
    const told: ReadingProgress[] = [];
    const meter = readingMeter(100, (progress) => told.push(progress));
    for (let i = 0; i < 100; i++) meter.read();
    expect(told).toEqual([]);
  });
});
