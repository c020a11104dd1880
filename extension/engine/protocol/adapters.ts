/** The requests of the editor's view of adapters to the library process. */

import { RequestType } from "vscode-jsonrpc/node";
import type { AdapterFormat } from "../../core/adapters/formats/convertAdapter.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { TrialVerdict } from "../../core/training/trialReport.ts";
import type { PastRefresh } from "../../core/training/refresh/refreshedWeights.ts";
import type { ErrorData } from "../wire.ts";
import type { AdaptersQuestion, AdapterSummary } from "./library.ts";

export interface AdapterRow extends AdapterSummary {
  details: AdapterDetails;
}

/** Facts about an adapter's files and, if Graft trained it, about its training. */
export interface AdapterDetails {
  bytes: number;
  /** When its weights were written, in milliseconds since 1970. */
  writtenAt: number;
  /** When the last refresh in its weights began, in milliseconds since 1970; absent without one. */
  refreshedAt?: number;
  training?: {
    steps: number;
    seconds: number;
    /** Names of the data sets; absent in reports of earlier versions. */
    sources?: readonly string[];
    validation?: { before: number; best: number };
    /** On held-out files, in percent: lines that are right, and how similar the bodies of blocks are to the author's. */
    trial?: {
      verdict: TrialVerdict;
      lines: number;
      base: number;
      adapter: number;
      bodies?: { base: number; adapter: number };
    };
  };
}

/** Like `adaptersRequest`, with facts about files and trainings. */
export const adapterRowsRequest = new RequestType<AdaptersQuestion, AdapterRow[], ErrorData>("library/adapterRows");

export interface ExportQuestion extends BasePlaces {
  folder: string;
  to: AdapterFormat;
  /** The file to write. */
  out: string;
  /** The base that llama.cpp's format takes its architecture from. */
  base: string;
}

/** Writes an adapter in another format. Returns the number of bytes. */
export const exportAdapterRequest = new RequestType<ExportQuestion, number, ErrorData>("library/exportAdapter");

/** Copies an adapter's folder. Returns the target. */
export const copyAdapterRequest = new RequestType<{ source: string; target: string }, string, ErrorData>(
  "library/copyAdapter",
);

/** The refreshes of an adapter's folder, the oldest first. */
export const refreshesRequest = new RequestType<{ folder: string }, readonly PastRefresh[], ErrorData>(
  "library/refreshes",
);

/** Takes back the last refresh that was kept. Returns its number. */
export const undoRefreshRequest = new RequestType<{ folder: string }, number, ErrorData>("library/undoRefresh");
