/** The editor's requests to the library process. */

import { RequestType } from "vscode-jsonrpc/node";
import type { AdapterFormat } from "../../core/adapters/formats/convertAdapter.ts";
import type { Said, SaidProblem } from "../../core/foundation/words/said.ts";
import type { MachineSpeed } from "../../core/baseModels/decodeEstimate.ts";
import type { BaseSurvey } from "../../core/baseModels/surveyBases.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import type { ExportFormat } from "../../core/evaluation/scoring/runTable.ts";
import type { ImportedRuns } from "../../core/evaluation/history/importRuns.ts";
import type { AskedDifferences, TaskDifferences } from "../../core/evaluation/study/comparison/taskDifferences.ts";
import type { AskedRun, TaskDetail, TaskRow } from "../../core/evaluation/study/studyTasks.ts";
import type { ErrorData } from "../wire.ts";

/** An adapter of the library, as a list shows it. */
export interface AdapterSummary {
  /** The name of its folder. */
  name: string;
  folder: string;
  /** Such as "LoRA, rank 16"; absent if the folder cannot be read. */
  description?: Said;
  /** The name of the base that it was trained on, if its files say so. */
  base?: string;
  /** Why it does not fit the base, and what to do; absent if it fits. */
  problem?: SaidProblem;
  /** It consists of virtual tokens: it has no scale, and only one of these can be in use. */
  isVirtual?: true;
  /** The formats that it can be converted to; absent without any. */
  formats?: readonly AdapterFormat[];
  /** It can be used, but suggestions may be worse than without it. */
  foreign?: Foreign;
}

/** The base that an adapter was trained on, if it differs from the base in use. */
export interface Foreign {
  kind: "other-base" | "other-version";
  trainedOn: string;
}

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

/** Lists the tasks of runs, and which runs are right. */
export const taskRowsRequest = new RequestType<{ folders: readonly string[] }, TaskRow[], ErrorData>(
  "library/taskRows",
);

/** Returns every run's answers to one task. */
export const taskDetailRequest = new RequestType<{ runs: readonly AskedRun[]; id: string }, TaskDetail, ErrorData>(
  "library/taskDetail",
);

/** Draws how two candidates differ, task by task, as SVG. */
export const taskDifferencesRequest = new RequestType<AskedDifferences, TaskDifferences, ErrorData>(
  "library/taskDifferences",
);

/** Imports runs from another machine. */
export const importRunsRequest = new RequestType<{ source: string; home: string }, ImportedRuns, ErrorData>(
  "library/importRuns",
);

/** Measures how fast this machine decodes. */
export const measureRequest = new RequestType<BasePlaces, MachineSpeed, ErrorData>("library/measureMachine");

export interface ExportRequest {
  folders: readonly string[];
  format: ExportFormat;
}
