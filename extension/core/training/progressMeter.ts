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

/** How much the latest measurement counts: about the last ten make the average. */
const latestShare = 0.1;

export function progressMeter(
  begun: TrainerState,
  { steps, validateEvery }: Pick<TrainerPlan, "steps" | "validateEvery">,
  stepsPerEpoch: number,
): ProgressMeter {
  const now = (): number => performance.now() / 1000;
  const startedAt = now();
  let savedAt = startedAt;
  const mean: Record<"step" | "validation", number | undefined> = { step: undefined, validation: undefined };
  let tokensPerSecond: number | undefined;
  let tokens = begun.tokens;
  const smoothed = (known: number | undefined, latest: number): number =>
    known === undefined ? latest : known + latestShare * (latest - known);
  let latestStep = 0;

  return {
    timed: async (kind, work) => {
      const from = now();
      const result = await work();
      mean[kind] = smoothed(mean[kind], now() - from);
      if (kind === "step") latestStep = now() - from;
      return result;
    },
    progress: (state, loss) => {
      tokensPerSecond = smoothed(tokensPerSecond, (state.tokens - tokens) / latestStep);
      tokens = state.tokens;
      const left = steps - state.step;
      const validationsLeft = Math.ceil(steps / validateEvery) - Math.floor(state.step / validateEvery);
      return {
        step: state.step,
        steps,
        epoch: state.step / stepsPerEpoch,
        loss,
        ...(state.validation && { validationLoss: state.validation }),
        tokensPerSecond,
        etaSeconds: left === 0 ? 0 : left * (mean.step ?? 0) + validationsLeft * (mean.validation ?? 0),
      };
    },
    seconds: () => begun.seconds + now() - startedAt,
    saved: () => {
      savedAt = now();
    },
    secondsUnsaved: () => now() - savedAt,
  };
}
