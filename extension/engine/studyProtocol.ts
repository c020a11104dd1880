/** The messages about studies between the editor and its engine processes; protocol.ts has all others. */

import { NotificationType, NotificationType0, RequestType } from "vscode-jsonrpc/node";
import type { Chart } from "../core/evaluation/study/charts/studyCharts.ts";
import type { StudyOptions, StudyOutcome, StudyProgress } from "../core/evaluation/study/runStudy.ts";
import type { Study } from "../core/evaluation/study/studyFile.ts";
import type { StudyPlaces } from "../core/evaluation/study/studyPlaces.ts";
import type { StudyPlan } from "../core/evaluation/study/studyPlan.ts";
import type { StudyReport } from "../core/evaluation/study/studyReport.ts";
import type { AskedRun, TaskDetail, TaskRow } from "../core/evaluation/study/studyTasks.ts";
import type { Work } from "./protocol.ts";
import type { ErrorData } from "./wire.ts";

// ── editor → library process ─────────────────────────────────────────────────────────────────────────────────────────

/** Lists the tasks of runs, with who is right. */
export const taskRowsRequest = new RequestType<{ folders: readonly string[] }, TaskRow[], ErrorData>(
  "library/taskRows",
);

/** Every run's answers to one task. */
export const taskDetailRequest = new RequestType<{ runs: readonly AskedRun[]; id: string }, TaskDetail, ErrorData>(
  "library/taskDetail",
);

// ── editor → a process for one piece of work ─────────────────────────────────────────────────────────────────────────

export interface PlanQuestion {
  study: Study;
  places: StudyPlaces;
}

/** A study's plan and what is known of it, before anything runs. */
export interface KnownStudy {
  plan: StudyPlan;
  report: StudyReport;
  charts: readonly Chart[];
}

/** Tells the plan before the results, whose tests may take a while. */
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
