import { expect, test } from "vitest";
import {
  habitAfter,
  habitAt,
  habitual,
  noHabit,
  type Habit,
} from "../../../../extension/core/completion/judgement/habit.ts";

test("a habit shifts log-odds", () => {
  expect(habitual(0.5, { shift: Math.log(3), at: 0 })).toBeCloseTo(0.75, 10);
  expect(habitual(0.9, { shift: -Math.log(9), at: 0 })).toBeCloseTo(0.5, 10);
  expect(habitual(0.3, noHabit)).toBeCloseTo(0.3, 10);
  expect(habitual(0, { shift: 1, at: 0 })).toBeLessThan(1e-4);
});

test("it follows a user who keeps more than expected, to a bound", () => {
  // Keeps 80 % of what should be kept in 50 %: the fixed point of the updates is where both agree.
  let habit: Habit = noHabit;
  for (let i = 0; i < 2000; i++) {
    habit = habitAfter(habit, { confidence: habitual(0.5, habit), kept: i % 5 === 0 ? 0 : 1 }, 0);
  }
  expect(habitual(0.5, habit)).toBeCloseTo(0.8, 1);
  for (let i = 0; i < 2000; i++) habit = habitAfter(habit, { confidence: habitual(0.5, habit), kept: 0 }, 0);
  expect(habit.shift).toBe(-1.5);
});

test("it halves in two weeks", () => {
  const day = 24 * 60 * 60 * 1000;
  expect(habitAt({ shift: 1, at: 0 }, 14 * day).shift).toBeCloseTo(0.5, 10);
  expect(habitAt({ shift: 1, at: day }, 0).shift).toBe(1);
});
