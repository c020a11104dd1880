/** Computes the learning rate of each step. */

export const scheduleShapes = ["linear", "cosine", "constant"] as const;
export type ScheduleShape = (typeof scheduleShapes)[number];

export interface Schedule {
  readonly shape: ScheduleShape;
  /** The peak learning rate, at the end of the warm-up. */
  readonly learningRate: number;
  /** Steps over which the rate rises from 0. */
  readonly warmupSteps: number;
  /** Steps until the rate has fallen to 0 (unless it is constant). */
  readonly steps: number;
}

/**
 * Returns the learning rate of a step, counted from 0. It equals that of Hugging Face's get_linear_schedule_with_warmup and
 * get_cosine_schedule_with_warmup, except that the warm-up starts at 1/warmupSteps instead of 0, which would waste a step.
 */
export function learningRateAt(step: number, { shape, learningRate, warmupSteps, steps }: Schedule): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const done = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  switch (shape) {
    case "constant":
      return learningRate;
    case "linear":
      return learningRate * (1 - done);
    case "cosine":
      return learningRate * 0.5 * (1 + Math.cos(Math.PI * done));
  }
}
