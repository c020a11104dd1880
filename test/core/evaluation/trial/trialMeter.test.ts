import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { trialMeter } from "../../../../extension/core/evaluation/trial/trialMeter.ts";
import { createGate } from "../../../../extension/core/foundation/waiting/gate.ts";
import type { TrialProgress } from "../../../../extension/core/training/trialReport.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("a trial that waits for an hour has as much time left as before", async () => {
  const gate = createGate();
  const told: TrialProgress[] = [];
  const meter = trialMeter({ of: 10, trainingSeconds: 0, gate, onProgress: (progress) => told.push(progress) });
  vi.advanceTimersByTime(4000);
  meter.done();
  gate.close();
  const waiting = gate.pass();
  vi.advanceTimersByTime(3_600_000);
  gate.open();
  await waiting;
  vi.advanceTimersByTime(4000);
  meter.done();
  expect(told.map(({ etaSeconds }) => etaSeconds)).toEqual([36, 32]);
  // The shortest limit of a trial is two minutes.
  expect(meter.isOver(1)).toBe(false);
  vi.advanceTimersByTime(112_001);
  expect(meter.isOver(1)).toBe(true);
});

test("work that is spared takes no time", () => {
  const told: TrialProgress[] = [];
  const gate = createGate();
  const meter = trialMeter({ of: 10, trainingSeconds: 0, gate, onProgress: (progress) => told.push(progress) });
  vi.advanceTimersByTime(4000);
  meter.done();
  meter.spared(8);
  vi.advanceTimersByTime(4000);
  meter.done();
  expect(told).toEqual([
    { done: 1, of: 10, etaSeconds: 36 },
    { done: 1, of: 2, etaSeconds: 4 },
    { done: 2, of: 2, etaSeconds: 0 },
  ]);
});
