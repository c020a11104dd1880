/** Trainings, which report progress. */

import { NotificationType, NotificationType0, RequestType } from "vscode-jsonrpc/node";
import type { TrainingEstimate } from "../../core/training/estimate/estimateTraining.ts";
import type { TrainResult } from "../../core/training/train.ts";
import type { ReadingProgress, TrainProgress } from "../../core/training/loop/progressMeter.ts";
import type { TrainingPreview } from "../../core/training/preview.ts";
import type { CommitSurvey } from "../../core/training/data/surveyCommits.ts";
import type { RefreshOptions, RefreshResult } from "../../core/training/refresh/refreshAdapter.ts";
import type { TrainOptions } from "../../core/training/trainRequest.ts";
import type { TrainOutline } from "../../core/training/trainingPlan.ts";
import type { TrialProgress } from "../../core/training/trialReport.ts";
import type { Skipped } from "../../core/sources/skipped.ts";
import type { ErrorData } from "../wire.ts";
import type { Work } from "./roles.ts";

/**
 * The progress of a training: first its data, with the files left out and the progress if reading takes a while; then the plan, the steps
 * and the trial. At any time, it may report whether it waits.
 */
export type TrainingNews =
  | { skipped: readonly Skipped[] }
  | { reading: ReadingProgress }
  | { outline: TrainOutline }
  | { training: TrainProgress }
  | { trial: TrialProgress }
  | { waiting: boolean };

/** Ends the steps after the current one, with the best parameters so far. Sent in the trial, it ends the trial. */
export const finishTraining = new NotificationType0("training/finish");

/** Makes it wait after the current micro-batch or line of the trial. It stays in memory. */
export const holdTraining = {
  wait: new NotificationType0("training/wait"),
  go: new NotificationType0("training/go"),
};

/** Cancelling keeps everything that a resume needs. */
export const trainWork: Work<TrainOptions, TrainResult, TrainingNews> = {
  role: "training",
  request: new RequestType("training/train"),
  progress: new NotificationType("training/progress"),
  finish: finishTraining,
  hold: holdTraining,
};

/** Refreshes an adapter. Cancelling leaves it as it was. */
export const refreshWork: Work<RefreshOptions, RefreshResult, TrainingNews> = {
  role: "training",
  request: new RequestType("training/refresh"),
  progress: trainWork.progress,
  hold: holdTraining,
};

/** Reads the data of a training, and trains nothing. */
export const previewWork: Work<TrainOptions, TrainingPreview, ReadingProgress> = {
  role: "training",
  request: new RequestType("training/preview"),
  progress: new NotificationType("training/previewProgress"),
};

/**
 * Estimates what a training would take, without reading all of its data. The library process answers, because it stays alive between
 * requests.
 */
export const estimateRequest = new RequestType<TrainOptions, TrainingEstimate, ErrorData>("library/estimateTraining");

/** Counts what the user's own commits since a given day added to each folder, in the library process. */
export const commitsRequest = new RequestType<{ folders: readonly string[]; since: string }, CommitSurvey[], ErrorData>(
  "library/commits",
);
