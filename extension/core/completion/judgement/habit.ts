/**
 * How much more or less this user keeps of one base's or adapter's suggestions than the calibration expects: one
 * number, in log-odds, that moves a little with each suggestion and returns to zero in time.
 */

import * as z from "zod";
import { logistic } from "./calibration.ts";
import type { SuggestionEvent } from "./suggestionEvent.ts";

/** The schema of what an editor keeps of a habit. */
export const habitSchema = z.object({
  /** In log-odds. */
  shift: z.number(),
  /** The time of the last suggestion, in milliseconds. */
  at: z.number(),
});
export type Habit = z.infer<typeof habitSchema>;

/** The step towards each outcome, in log-odds. */
const rate = 0.1;
/** At most, a chance of 50 % becomes 18 or 82 %. */
const mostShift = 1.5;
/** In milliseconds. */
const halfLife = 14 * 24 * 60 * 60 * 1000;

export const noHabit: Habit = { shift: 0, at: 0 };

/** Returns the confidence with the habit applied. */
export function habitual(confidence: number, { shift }: Habit): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, confidence));
  return logistic(Math.log(bounded / (1 - bounded)) + shift);
}

/** Returns the habit at a later time. */
export function habitAt({ shift, at }: Habit, now: number): Habit {
  return { shift: shift * 0.5 ** (Math.max(0, now - at) / halfLife), at: now };
}

/** Returns the habit after a suggestion that had this confidence, the habit included. */
export function habitAfter(
  habit: Habit,
  { confidence, kept }: { confidence: number; kept: number },
  now: number,
): Habit {
  const { shift } = habitAt(habit, now);
  const moved = shift + rate * (kept - confidence);
  return { shift: Math.max(-mostShift, Math.min(mostShift, moved)), at: now };
}

/** Returns the share of a suggestion that the user kept, once it is over; undefined for events that say nothing about it. */
export function keptShare({ kind }: SuggestionEvent): number | undefined {
  if (kind === "accepted" || kind === "typedOut") return 1;
  return kind === "rejected" ? 0 : undefined;
}
