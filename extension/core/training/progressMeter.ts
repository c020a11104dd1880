/** How fast a training goes and how long it will take. It reads the clock, so that the trainer need not. */

import type { TrainerPlan, TrainerState, ValidationLoss } from "./trainer.ts";

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

export interface ProgressMeter {
  /** Does `work` and counts its time as that of a step or of a validation. */
  timed<T>(kind: "step" | "validation", work: () => Promise<T>): Promise<T>;
  progress(state: TrainerState, loss: number): TrainProgress;
  /** Time in training, also in earlier runs. */
  seconds(): number;
  saved(): void;
  secondsUnsaved(): number;
}

/** So many measurements make the mean, roughly: the latest counts 1 of this. */
const remembered = 10;

export function progressMeter(
  begun: TrainerState,
  { steps, validateEvery }: Pick<TrainerPlan, "steps" | "validateEvery">,
  stepsPerEpoch: number,
): ProgressMeter {
  const now = (): number => performance.now() / 1000;
  const startedAt = now();
  let savedAt = startedAt;
  const [stepSeconds, validationSeconds, stepTokens] = [runningMean(), runningMean(), runningMean()];
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

function runningMean(): { add(measured: number): void; value(): number } {
  let count = 0;
  let mean = 0;
  return {
    add: (measured) => {
      count++;
      // The first is slow, since all is new to it: it counts only until there is a second.
      const share = count <= 2 ? 1 : 1 / Math.min(count - 1, remembered);
      mean += share * (measured - mean);
    },
    value: () => mean,
  };
}
