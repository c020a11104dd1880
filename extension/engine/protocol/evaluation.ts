/** Evaluations and studies, which report progress. */

import { NotificationType, NotificationType0, RequestType } from "vscode-jsonrpc/node";
import type { HistoryEntry } from "../../core/evaluation/history/studyHistory.ts";
import type { Comparison } from "../../core/evaluation/scoring/compareRuns.ts";
import type { EvaluationOptions } from "../../core/evaluation/runs/evaluationRequest.ts";
import type { EvaluationProgress } from "../../core/evaluation/runs/progress.ts";
import type { RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import type { LearningCurves } from "../../core/evaluation/study/charts/learningCurves.ts";
import type { StudyOptions, StudyOutcome, StudyProgress } from "../../core/evaluation/study/runStudy.ts";
import type { Study } from "../../core/evaluation/study/studyFile.ts";
import type { StudyPlaces } from "../../core/evaluation/study/studyPlaces.ts";
import type { StudyPlan } from "../../core/evaluation/study/studyPlan.ts";
import type { StudyReport } from "../../core/evaluation/study/studyReport.ts";
import type { Work } from "./roles.ts";

/** Cancelling keeps the predictions: the same options resume. */
export const evaluateWork: Work<EvaluationOptions, RunSummary, EvaluationProgress> = {
  role: "evaluation",
  request: new RequestType("evaluation/evaluate"),
  progress: new NotificationType("evaluation/progress"),
};

/** Compares two runs by their folders: the first minus the second. */
export const compareWork: Work<{ first: string; second: string }, Comparison, never> = {
  role: "evaluation",
  request: new RequestType("evaluation/compare"),
  progress: new NotificationType("evaluation/comparing"),
};

export interface PlanQuestion {
  study: Study;
  places: StudyPlaces;
}

/** A study's plan and the results so far, before anything runs. */
export interface KnownStudy {
  plan: StudyPlan;
  report: StudyReport;
  learning: LearningCurves;
  history: readonly HistoryEntry[];
}

/** Reports the plan before the results, whose tests may take a while. */
export const planStudyWork: Work<PlanQuestion, KnownStudy, StudyPlan> = {
  role: "evaluation",
  request: new RequestType("evaluation/planStudy"),
  progress: new NotificationType("evaluation/planning"),
};

/** Pauses a study after the chunk at work. */
export const pauseStudy = new NotificationType0("evaluation/pauseStudy");

/** Cancelling and pausing keep the predictions: the same study resumes. */
export const runStudyWork: Work<StudyOptions, StudyOutcome, StudyProgress> = {
  role: "evaluation",
  request: new RequestType("evaluation/runStudy"),
  progress: new NotificationType("evaluation/studyProgress"),
  finish: pauseStudy,
};

/** Writes a study into a folder. */
export const exportStudyWork: Work<PlanQuestion & { out: string }, void, never> = {
  role: "evaluation",
  request: new RequestType("evaluation/exportStudy"),
  progress: new NotificationType("evaluation/exporting"),
};
