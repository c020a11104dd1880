/**
 * Measures how fast a training runs and estimates how long it will take. Only this file of the loop reads the time. It uses the
 * gate's clock, so no figure includes the time that a training waits.
 */

import { openGate, type Gate } from "../../foundation/waiting/gate.ts";
import type { TrainerPlan, TrainerState, ValidationLoss } from "./trainerState.ts";

/** The progress after an optimizer step. */
export interface TrainProgress {
  /** Steps done, and their total. */
  step: number;
  steps: number;
  /** Epochs done, including the fraction of the current one. */
  epoch: number;
  /** Mean loss per target token of this step. */
  loss: number;
  /** Mean loss per target token of the validation data; absent without validation data. */
  validationLoss?: ValidationLoss;
  /** Steps done when `validationLoss.last` was measured. */
  validatedStep?: number;
  tokensPerSecond: number;
  /** Estimated time left, including validations. */
  etaSeconds: number;
}

/** The progress while a large data set is tokenized. */
export interface ReadingProgress {
  /** Rows or files read, and their total. */
  examples: number;
  of: number;
  etaSeconds: number;
}

export interface ProgressMeter {
  /** Runs `work` and records its time as that of a step or a validation. */
  timed<T>(kind: "step" | "validation", work: () => Promise<T>): Promise<T>;
  progress(state: TrainerState, loss: number): TrainProgress;
  /** Training time in seconds, including earlier runs. */
  seconds(): number;
  saved(): void;
  secondsUnsaved(): number;
}

export function progressMeter(
  begun: TrainerState,
  { steps, validateEvery }: Pick<TrainerPlan, "steps" | "validateEvery">,
  stepsPerEpoch: number,
  { now }: Gate = openGate,
): ProgressMeter {
  const startedAt = now();
  let savedAt = startedAt;
  const [stepSeconds, validationSeconds, stepTokens] = [recentMean(), recentMean(), recentMean()];
  let tokens = begun.tokens;

  return {
    timed: async (kind, work) => {
      const from = now();
      const result = await work();
      (kind === "step" ? stepSeconds : validationSeconds).add(now() - from);
      return result;
    },
    progress: (state, loss) => {
      stepTokens.add(state.tokens - tokens);
      tokens = state.tokens;
      const left = steps - state.step;
      const validationsLeft = Math.ceil(steps / validateEvery) - Math.floor(state.step / validateEvery);
      return {
        step: state.step,
        steps,
        epoch: state.step / stepsPerEpoch,
        loss,
        ...(state.validation && { validationLoss: state.validation, validatedStep: state.validatedStep }),
        tokensPerSecond: stepTokens.value() / stepSeconds.value(),
        etaSeconds: left === 0 ? 0 : left * stepSeconds.value() + validationsLeft * validationSeconds.value(),
      };
    },
    seconds: () => begun.seconds + now() - startedAt,
    saved: () => {
      savedAt = now();
    },
    secondsUnsaved: () => now() - savedAt,
  };
}

/** Seconds between two progress reports while reading. */
const readingInterval = 2;

/** Calls `onReading` every two seconds; never for data that takes less time to read. */
export function readingMeter(
  examples: number,
  onReading: ((progress: ReadingProgress) => void) | undefined,
  { now }: Gate = openGate,
): { read(): void } {
  const secondsPerExample = recentMean();
  let [done, told, toldAt] = [0, 0, now()];
  return {
    read() {
      done++;
      const seconds = now() - toldAt;
      if (seconds < readingInterval) return;
      secondsPerExample.add(seconds / (done - told));
      [told, toldAt] = [done, now()];
      onReading?.({ examples: done, of: examples, etaSeconds: (examples - done) * secondsPerExample.value() });
    },
  };
}

/** Number of measurements in the mean. */
const remembered = 20;
/** A measurement above this multiple of the median is ignored: the machine slept, or was warming up. */
const unusual = 5;

/** Returns a running mean of the latest measurements without outliers. */
function recentMean(): { add(measured: number): void; value(): number } {
  const latest: number[] = [];
  return {
    add: (measured) => {
      latest.push(measured);
      if (latest.length > remembered) latest.shift();
    },
    value: () => {
      const median = latest.toSorted((a, b) => a - b)[(latest.length - 1) >> 1] ?? 0;
      const usual = latest.filter((measured) => measured <= unusual * median);
      return usual.reduce((sum, measured) => sum + measured, 0) / Math.max(1, usual.length);
    },
  };
}
