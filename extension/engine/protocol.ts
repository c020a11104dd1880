/**
 * Every message between the editor and its engine processes, by direction. studyProtocol.ts has those about studies. No other message crosses the border.
 *
 * Defines shapes only: wire.ts translates errors and cancellation, servers/ answer. The answering side checks requests
 * against their schemas. Both ends are built together, so there are no versions.
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
import type { Completion, Prepared } from "../core/completion/completer.ts";
import type { CompletionRequest } from "../core/completion/completionRequest.ts";
import type { ShownPrompt } from "../core/completion/context/shownPrompt.ts";
import type { InstallCudaOptions } from "../core/devices/cuda/installCuda.ts";
import type { DownloadProgress } from "../core/hub/downloadFiles.ts";
import type { Finding } from "../core/devices/knownDevices.ts";
import type { Device, DeviceChoice } from "../core/runtime/device.ts";
import type { TrainResult } from "../core/training/train.ts";
import type { ReadingProgress, TrainProgress } from "../core/training/loop/progressMeter.ts";
import type { TrainOptions } from "../core/training/request.ts";
import type { TrainOutline } from "../core/training/trainingPlan.ts";
import type { FetchOptions } from "../core/dataset/paper/fetchCodeAlpacaPy.ts";
import type { RepositoryAnswer, RepositoryQuery } from "../core/repository/repositoryQuery.ts";
import type { RepositorySize } from "../core/repository/repository.ts";
import type { Skipped } from "../core/sources/skipped.ts";
import type { ErrorData } from "./wire.ts";

/** The role of a process: its only command-line argument. */
export type Role = "completion" | "library" | "repository" | "training" | "import" | "evaluation" | "probe";

/** A long piece of work: the role of its process, and its messages. */
export interface Work<Options, Result, Progress> {
  role: Role;
  request: RequestType<Options, Result, ErrorData>;
  progress: NotificationType<Progress>;
  /** Asks it to end early with its results so far, if it can. */
  finish?: NotificationType0;
}

/**
 * The selection that completion runs on. It is the only state of a process; the client sends it again after a restart.
 */
export interface Selection extends BasePlaces {
  /** The device to compute on; the fastest one that is known if absent. */
  device?: DeviceChoice;
  /** Devices on which an earlier process has just died. */
  without?: readonly Device[];
  /** The name of an installed base, or a folder; empty for the embedded one. */
  base: string;
  adapters: readonly { folder: string; scale: number }[];
}

export interface Selected {
  /** Name of the base that is now in use. */
  base: string;
  parameters: number;
  /** The most tokens of other files in front of a file. */
  contextTokens: number;
  milliseconds: number;
  device: Device;
  /** The base of the first adapter that was trained on another base, or on other weights of the same name. */
  foreign?: Foreign;
  /** The selected folder, which has not been imported: `base` is the embedded one, which completes meanwhile. */
  notImported?: string;
}

/** An adapter of the library, as a list shows it. */
export interface AdapterSummary {
  /** The name of its folder. */
  name: string;
  folder: string;
  /** Such as "LoRA, rank 16"; absent if the folder cannot be read. */
  description?: string;
  /** The name of the base that it was trained on, as far as it says. */
  base?: string;
  /** Why it does not fit the base, and what to do; absent if it fits. */
  problem?: { message: string; nextStep: string };
  /** It can be used, but suggestions may be worse than without it. */
  foreign?: Foreign;
}

/** The base that an adapter was trained on, if it differs from the base in use. */
export interface Foreign {
  kind: "other-base" | "other-version";
  trainedOn: string;
}

export interface LogMessage {
  level: "debug" | "info" | "warn" | "error";
  message: string;
}

// ── editor → completion process ──────────────────────────────────────────────────────────────────────────────────────

/** Opens the base if it changed, then swaps the adapters. */
export const selectRequest = new RequestType<Selection, Selected, ErrorData>("completion/select");

/** The process is about to open a device, which may end it. */
export const deviceOpens = new NotificationType<{ device: Device }>("completion/deviceOpens");

/** A device has failed, and completions go on with another one. */
export const deviceFails = new NotificationType<DeviceFallback>("completion/deviceFails");

/** Another device has been measured to be faster: the selection, sent again, goes there. */
export const deviceFound = new NotificationType<{ device: Device }>("completion/deviceFound");

export interface DeviceFallback {
  device: Device;
  next: Device;
  reason: string;
}

export const completeRequest = new RequestType<CompletionRequest, Completion, ErrorData>("completion/complete");

/** Reads the prompt of a request that may follow. Every other request ends it. */
export const prepareRequest = new RequestType<CompletionRequest, Prepared, ErrorData>("completion/prepare");

/** What the model read for the last completion; null before the first. */
export const explainRequest = new RequestType<void, ShownPrompt | null, ErrorData>("completion/explain");

// ── editor → library process ─────────────────────────────────────────────────────────────────────────────────────────

export interface AdaptersQuestion extends BasePlaces {
  /** The folder of the adapters. */
  library: string;
  /** The base that they should fit: a name, or a folder; empty for the embedded one. */
  base: string;
}

/** Reads the adapters of a library folder and checks which fit a base. */
export const adaptersRequest = new RequestType<AdaptersQuestion, AdapterSummary[], ErrorData>("library/adapters");

/** Lists the bases of this machine, and those that can be imported. */
export const basesRequest = new RequestType<BasePlaces, BaseSurvey, ErrorData>("library/bases");

/** Lists the evaluations of this machine, oldest first. */
export const runsRequest = new RequestType<{ home: string }, RunSummary[], ErrorData>("library/runs");

/** Exports runs, by their folders, as a table. */
export const exportRunsRequest = new RequestType<ExportRequest, string, ErrorData>("library/exportRuns");

/** Measures how fast this machine decodes. */
export const measureRequest = new RequestType<BasePlaces, MachineSpeed, ErrorData>("library/measureMachine");

export interface ExportRequest {
  folders: readonly string[];
  format: ExportFormat;
}

// ── editor → repository process ──────────────────────────────────────────────────────────────────────────────────────

/** A root folder, and what tells it from others. */
export interface RepositoryRoot {
  folder: string;
  /** The other roots of the window; files inside them are theirs. */
  others: readonly string[];
  /** Holds the indexes of all folders on disk. */
  home: string;
}

/** Paths are relative to the folder, with forward slashes. */
export interface RepositoryChanges {
  folder: string;
  /** Files that were saved, created, deleted or renamed; ignore rules and folders stand for all files. */
  reread: readonly string[];
  /** Documents with text that is in no file; without text once they are saved or closed. */
  unsaved: readonly { path: string; text?: string }[];
}

/** Reads a folder, as far as its index on disk is not of today. Answers once it is ready. */
export const openRepositoryRequest = new RequestType<RepositoryRoot, RepositorySize, ErrorData>("repository/open");

export const changeRepositoryRequest = new RequestType<RepositoryChanges, RepositorySize, ErrorData>(
  "repository/change",
);

/** Undefined while the folder is read. */
export const queryRepositoryRequest = new RequestType<
  { folder: string; query: RepositoryQuery },
  { answer?: RepositoryAnswer },
  ErrorData
>("repository/query");

/** Closes a folder. */
export const closeRepositoryRequest = new RequestType<{ folder: string }, void, ErrorData>("repository/close");

export const repositoryProgress = new NotificationType<{ folder: string; done: number; total: number }>(
  "repository/progress",
);

// ── any process → probe process ──────────────────────────────────────────────────────────────────────────────────────

export interface ProbeQuestion {
  /** The folder of an installed base. */
  path: string;
  name: string;
  embedded: boolean;
  device: Device;
}

export const probeRequest = new RequestType<ProbeQuestion, Finding, ErrorData>("probe/measure");

// ── editor → a process for one piece of work, which reports progress ───────────────────────────────────────────────

/**
 * The progress of a training: first its data, with the files left out and the progress if reading takes a while; then
 * the plan; then its steps.
 */
export type TrainingNews =
  | { skipped: readonly Skipped[] }
  | { reading: ReadingProgress }
  | { outline: TrainOutline }
  | { training: TrainProgress };

/** Ends the training after the current step, with an adapter of the best parameters so far. */
export const finishTraining = new NotificationType0("training/finish");

/** Cancelling keeps everything that a resume needs. */
export const trainWork: Work<TrainOptions, TrainResult, TrainingNews> = {
  role: "training",
  request: new RequestType("training/train"),
  progress: new NotificationType("training/progress"),
  finish: finishTraining,
};

export interface Imported {
  /** The name of the new base. */
  name: string;
  seconds: number;
  /** Warnings about an import that succeeded. */
  warnings: readonly string[];
}

/** Cancelling keeps finished downloads. */
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

/** ONNX Runtime's CUDA libraries, which the user has agreed to download. Cancelling keeps the downloaded part. */
export const installCudaWork: Work<InstallCudaOptions, string, DownloadProgress> = {
  role: "import",
  request: new RequestType("import/installCuda"),
  progress: new NotificationType("import/installingCuda"),
};

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

// ── every process → editor ───────────────────────────────────────────────────────────────────────────────────────────

export const logged = new NotificationType<LogMessage>("log");
