/** Reports the progress of a training: its data, its steps, its trial. */

import { counted } from "../../core/foundation/words/quantities.ts";
import type { ReadingProgress, TrainProgress } from "../../core/training/loop/progressMeter.ts";
import type { TrainControl } from "../../core/training/train.ts";
import type { TrialProgress } from "../../core/training/trialReport.ts";
import { count, duration, type Output } from "../output.ts";

type Report = "onReading" | "onProgress" | "onTrial";
type Reports = { readonly [Name in Report]: NonNullable<TrainControl[Name]> };

export function trainingProgress({ progress: report }: Pick<Output, "progress">): Reports {
  return {
    onReading: (reading) => report(reading.examples, reading.of, { phase: "reading", ...reading }, read(reading)),
    onProgress: (training) => report(training.step, training.steps, { ...training }, described(training)),
    onTrial: (trial) => report(trial.done, trial.of, { phase: "trial", ...trial }, tried(trial)),
  };
}

function read({ examples, of, etaSeconds }: ReadingProgress): string {
  return `reading the data: ${count(examples)} of ${counted(of, "example", { shown: count(of) })}, ${duration(etaSeconds)} left`;
}

function tried({ done, of, etaSeconds }: TrialProgress): string {
  return `measuring whether it helps: ${done} of ${of}, ${duration(etaSeconds)} left`;
}

function described({ step, steps, loss, validationLoss, tokensPerSecond, etaSeconds }: TrainProgress): string {
  const validation = validationLoss ? `, validation ${validationLoss.last.toFixed(3)}` : "";
  const speed = `${Math.round(tokensPerSecond)} tokens/s`;
  return `step ${step}/${steps}, loss ${loss.toFixed(3)}${validation}, ${speed}, ${duration(etaSeconds)} left`;
}
