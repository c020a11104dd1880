import { expect, test } from "vitest";
import { createRefreshClock } from "../../../../extension/core/training/refresh/refreshClock.ts";

const minutes = 60_000;

test("a refresh is due once the user has rested, and again only after changes and a while", () => {
  let now = 0;
  const clock = createRefreshClock(() => now);
  expect(clock.isDue).toBe(false);
  now += 5 * minutes;
  expect(clock.isDue).toBe(true);
  clock.typed();
  expect(clock.isDue).toBe(false);
  now += 5 * minutes;
  expect(clock.isDue).toBe(true);
  clock.tried();
  now += 2 * 60 * minutes;
  expect(clock.isDue).toBe(false);
  clock.changed();
  expect(clock.isDue).toBe(true);
});

test("what changes during a refresh waits for an hour", () => {
  let now = 0;
  const clock = createRefreshClock(() => now);
  now += 10 * minutes;
  clock.tried();
  clock.changed();
  now += 59 * minutes;
  expect(clock.isDue).toBe(false);
  now += minutes;
  expect(clock.isDue).toBe(true);
});
