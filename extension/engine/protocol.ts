/**
 * Every message between the editor and its engine processes, by direction. This list is the whole border.
 *
 * It knows shapes only: how errors and cancellation cross is wire.ts, who answers is in servers/. Requests are checked against
 * their schemas by what answers them. Both ends are built together, so there is no versioning.
 */

import { NotificationType, NotificationType0, RequestType } from "vscode-jsonrpc/node";
import type { MachineSpeed } from "../core/baseModels/decodeEstimate.ts";
import type { BaseSurvey } from "../core/baseModels/surveyBases.ts";
import type { ImportProgress, ImportSourceOptions } from "../core/baseModels/import/importSource.ts";
import type { BasePlaces } from "../core/baseModels/resolveBase.ts";
import type { Comparison } from "../core/evaluation/scoring/compareRuns.ts";
import type { EvaluationOptions } from "../core/evaluation/runs/request.ts";
import type { EvaluationProgress } from "../core/evaluation/runs/progress.ts";
import type { RunSummary } from "../core/evaluation/runs/runFolder.ts";
import type { ExportFormat } from "../core/evaluation/scoring/runTable.ts";
import type { Completion } from "../core/completion/completer.ts";
import type { CompletionRequest } from "../core/completion/completionRequest.ts";
import type { TrainResult } from "../core/training/train.ts";
import type { ReadingProgress, TrainProgress } from "../core/training/loop/progressMeter.ts";
import type { TrainOptions } from "../core/training/request.ts";
import type { TrainOutline } from "../core/training/trainingPlan.ts";
import type { FetchOptions } from "../core/dataset/paper/fetchCodeAlpacaPy.ts";
import type { Skipped } from "../core/sources/skipped.ts";
import type { ErrorData } from "./wire.ts";

/** What a process was forked for: its only command-line argument. */
export type Role = "completion" | "library" | "training" | "import" | "evaluation";

/** A long piece of work: the role of its process, and its messages. */
export interface Work<Options, Result, Progress> {
  role: Role;
  request: RequestType<Options, Result, ErrorData>;
  progress: NotificationType<Progress>;
  /** Asks it to end early with what it has, where it can. */
  finish?: NotificationType0;
}

/** What completion runs on. Sent again after a restart, and that is all the state a process has. */
export interface Selection extends BasePlaces {
  /** The name of an installed base, or a folder; empty for the embedded one. */
  base: string;
  adapters: readonly { folder: string; scale: number }[];
}

export interface Selected {
  /** Name of the base that is now in use. */
  base: string;
  parameters: number;
  milliseconds: number;
  /** Of the first adapter that was trained on another base, or on other weights of the same name. */
  foreign?: Foreign;
  /** The folder that was selected and has not been imported: `base` is the embedded one, which completes meanwhile. */
  notImported?: string;
}

/** One adapter of the library as a list shows it. */
export interface AdapterSummary {
  /** Name of its folder. */
  name: string;
  folder: string;
  /** Such as "LoRA, rank 16"; absent for a folder that cannot be read. */
  description?: string;
  /** The name of the base that it was trained on, as far as it says. */
  base?: string;
  /** Why it cannot be used with the base, and what to do; absent where it fits. */
  problem?: { message: string; nextStep: string };
  /** It can be used, but suggestions may be worse than without it. */
  foreign?: Foreign;
}

/** The base that an adapter was trained on, where it is not the one that it is used with. */
export interface Foreign {
  kind: "other-base" | "other-version";
  trainedOn: string;
}

export interface LogMessage {
  level: "debug" | "info" | "warn" | "error";
  message: string;
}

// ── editor → completion process ──────────────────────────────────────────────────────────────────────────────────────

/** Opens the base if it is another one, then swaps the adapters. */
export const selectRequest = new RequestType<Selection, Selected, ErrorData>("completion/select");

export const completeRequest = new RequestType<CompletionRequest, Completion, ErrorData>("completion/complete");

// ── editor → library process ─────────────────────────────────────────────────────────────────────────────────────────

export interface AdaptersQuestion extends BasePlaces {
  /** The folder that holds the adapters. */
  library: string;
  /** The base that they are to fit: a name, or a folder; empty for the embedded one. */
  base: string;
}

/** Reads the adapters of a library folder and says which fit a base. */
export const adaptersRequest = new RequestType<AdaptersQuestion, AdapterSummary[], ErrorData>("library/adapters");

/** The bases of this machine, and those that could be imported. */
export const basesRequest = new RequestType<BasePlaces, BaseSurvey, ErrorData>("library/bases");

/** The evaluations of this machine, the oldest first. */
export const runsRequest = new RequestType<{ home: string }, RunSummary[], ErrorData>("library/runs");

/** Runs, by their folders, as a table in a format that others read. */
export const exportRunsRequest = new RequestType<ExportRequest, string, ErrorData>("library/exportRuns");

/** Measures how fast this machine decodes. */
export const measureRequest = new RequestType<BasePlaces, MachineSpeed, ErrorData>("library/measureMachine");

export interface ExportRequest {
  folders: readonly string[];
  format: ExportFormat;
}

// ── editor → a process for one piece of work, which tells its progress ───────────────────────────────────────────────

/**
 * How far a training is: with its data first, what it leaves out, how far it is if that takes a while; then what is planned; then with
 * its steps.
 */
export type TrainingNews =
  | { skipped: readonly Skipped[] }
  | { reading: ReadingProgress }
  | { outline: TrainOutline }
  | { training: TrainProgress };

/** Ends the training after the step under way, with an adapter of the best it has learnt. */
export const finishTraining = new NotificationType0("training/finish");

/** Cancelling it keeps all that a resume needs. */
export const trainWork: Work<TrainOptions, TrainResult, TrainingNews> = {
  role: "training",
  request: new RequestType("training/train"),
  progress: new NotificationType("training/progress"),
  finish: finishTraining,
};

export interface Imported {
  /** Of the new base. */
  name: string;
  seconds: number;
  /** What the user should know, though it went well. */
  warnings: readonly string[];
}

/** Cancelling it keeps what is downloaded. */
export const importWork: Work<ImportSourceOptions, Imported, ImportProgress> = {
  role: "import",
  request: new RequestType("import/import"),
  progress: new NotificationType("import/progress"),
};

/** CodeAlpacaPy, whose licence the user has accepted. */
export const fetchDataWork: Work<FetchOptions, string, never> = {
  role: "import",
  request: new RequestType("import/fetchData"),
  progress: new NotificationType("import/fetching"),
};

/** Cancelling it keeps what is predicted: the same options go on from there. */
export const evaluateWork: Work<EvaluationOptions, RunSummary, EvaluationProgress> = {
  role: "evaluation",
  request: new RequestType("evaluation/evaluate"),
  progress: new NotificationType("evaluation/progress"),
};

/** How the first run differs from the second, by their folders. */
export const compareWork: Work<{ first: string; second: string }, Comparison, never> = {
  role: "evaluation",
  request: new RequestType("evaluation/compare"),
  progress: new NotificationType("evaluation/comparing"),
};

// ── every process → editor ───────────────────────────────────────────────────────────────────────────────────────────

export const logged = new NotificationType<LogMessage>("log");
