import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createPacer, longestBurst, quiet, type Wait } from "../../../../extension/core/foundation/waiting/pacer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A gentle pacer, and every decision that it reports. */
function gentle() {
  const told: (Wait | undefined)[] = [];
  const pacer = createPacer("gentle", () => told.push(pacer.wait));
  return { pacer, told };
}

/** Types at this interval in milliseconds. */
function type(pacer: ReturnType<typeof createPacer>, milliseconds: number, interval: number): void {
  for (let at = 0; at < milliseconds; at += interval) {
    pacer.typed();
    vi.advanceTimersByTime(interval);
  }
}

describe("createPacer", () => {
  test("waits from the first keystroke until two seconds after the last", () => {
    const { pacer, told } = gentle();
    expect(pacer.wait).toBeUndefined();
    type(pacer, 10_000, 200);
    expect(pacer.wait).toBe("typing");
    vi.advanceTimersByTime(quiet - 200 - 1);
    expect(pacer.wait).toBe("typing");
    vi.advanceTimersByTime(1);
    expect(pacer.wait).toBeUndefined();
    expect(told).toEqual(["typing", undefined]);
  });

  test("waits for nobody who changes text for minutes without a pause, but for who types after one", () => {
    const { pacer } = gentle();
    type(pacer, longestBurst, 100);
    pacer.typed();
    expect(pacer.wait).toBeUndefined();
    type(pacer, 60_000, 100);
    expect(pacer.wait).toBeUndefined();
    vi.advanceTimersByTime(quiet);
    pacer.typed();
    expect(pacer.wait).toBe("typing");
  });

  test("waits on battery power, whatever is typed, until mains power comes", () => {
    const { pacer, told } = gentle();
    pacer.powered(true);
    pacer.typed();
    vi.advanceTimersByTime(60_000);
    expect(pacer.wait).toBe("battery");
    pacer.powered(false);
    expect(told).toEqual(["battery", undefined]);
  });

  test("that ignores the battery still waits for the user", () => {
    const { pacer } = gentle();
    pacer.powered(true);
    pacer.ignoreBattery();
    expect(pacer.wait).toBeUndefined();
    pacer.typed();
    expect(pacer.wait).toBe("typing");
    pacer.choose("gentle"); // Another choice makes the battery count again.
    expect(pacer.wait).toBe("battery");
  });

  test("at full pace waits for nothing, and follows another choice at once", () => {
    const { pacer, told } = gentle();
    pacer.choose("full");
    pacer.typed();
    pacer.powered(true);
    expect(told).toEqual([]);
    pacer.choose("gentle");
    expect(told).toEqual(["battery"]);
    pacer.choose("full");
    expect(told).toEqual(["battery", undefined]);
  });

  test("tells nothing any more once it is disposed", () => {
    const { pacer, told } = gentle();
    pacer.typed();
    pacer.dispose();
    vi.advanceTimersByTime(10 * quiet);
    expect(told).toEqual(["typing"]);
  });
});
