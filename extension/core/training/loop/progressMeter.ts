/** How fast a training goes and how long it will take. It reads the clock, so that the trainer need not. */

import type { TrainerPlan, TrainerState, ValidationLoss } from "./trainerState.ts";

/** What a watcher is told after every optimizer step. */
export interface TrainProgress {
  /** Steps done, and in all. */
  step: number;
  steps: number;
  /** Epochs done, with fraction. */
  epoch: number;
  /** Mean loss per target token of this step. */
  loss: number;
  /** Mean loss per target token of the validation data; absent without any. */
  validationLoss?: ValidationLoss;
  tokensPerSecond: number;
  /** Validations to come included. */
  etaSeconds: number;
}

/** What a watcher is told while a large data set is tokenized. */
export interface ReadingProgress {
  /** Rows or files read, and in all. */
  examples: number;
  of: number;
  etaSeconds: number;
}

export interface ProgressMeter {
  /** Does `work` and counts its time as that of a step or of a validation. */
  timed<T>(kind: "step" | "validation", work: () => Promise<T>): Promise<T>;
  progress(state: TrainerState, loss: number): TrainProgress;
  /** Time in training, also in earlier runs. */
  seconds(): number;
  saved(): void;
  secondsUnsaved(): number;
}

const now = (): number => performance.now() / 1000;

export function progressMeter(
  begun: TrainerState,
  { steps, validateEvery }: Pick<TrainerPlan, "steps" | "validateEvery">,
  stepsPerEpoch: number,
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
        ...(state.validation && { validationLoss: state.validation }),
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

/** Seconds between two words about the reading. */
const readingInterval = 2;

/** Tells `onReading` every two seconds, so nothing of what is read at once. */
export function readingMeter(
  examples: number,
  onReading: ((progress: ReadingProgress) => void) | undefined,
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

/** So many measurements make the mean. */
const remembered = 20;
/** What takes so many times as long as usual was no work: the machine slept, or all was new to it. */
const unusual = 5;

/** The mean of the latest measurements, without those that are far above the others. */
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
