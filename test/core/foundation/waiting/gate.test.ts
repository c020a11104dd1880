import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createGate } from "../../../../extension/core/foundation/waiting/gate.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** Lets everything finish that needs no time. */
const settle = (): Promise<void> => new Promise(setImmediate);

describe("createGate", () => {
  test("holds back who passes while it is closed, until it opens", async () => {
    const told: boolean[] = [];
    const gate = createGate((waits) => told.push(waits));
    await gate.pass();
    gate.close();
    let hasPassed = false;
    const passing = gate.pass().then(() => (hasPassed = true));
    await settle();
    expect([hasPassed, told]).toEqual([false, [true]]);
    gate.open();
    await passing;
    expect(told).toEqual([true, false]);
  });

  test("that closes again at once lets nobody pass", async () => {
    const gate = createGate();
    gate.close();
    let hasPassed = false;
    const passing = gate.pass().then(() => (hasPassed = true));
    gate.open();
    gate.close();
    await settle();
    expect(hasPassed).toBe(false);
    gate.open();
    await passing;
  });

  test("gives the signal's reason to who is cancelled, also while waiting", async () => {
    const gate = createGate();
    const controller = new AbortController();
    gate.close();
    const passing = gate.pass(controller.signal);
    await settle();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(passing).rejects.toBe(reason);
    gate.open();
    await expect(gate.pass(controller.signal)).rejects.toBe(reason);
  });

  test("has a clock that stands still while somebody waits", async () => {
    const gate = createGate();
    const start = gate.now();
    vi.advanceTimersByTime(2000);
    gate.close();
    vi.advanceTimersByTime(500); // Closed, and the work still runs.
    const passing = gate.pass();
    await settle();
    vi.advanceTimersByTime(3_600_000);
    gate.open();
    await passing;
    expect(gate.now() - start).toBeCloseTo(2.5, 6);
  });
});
