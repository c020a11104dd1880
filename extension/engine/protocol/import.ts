/** Imports and downloads, which report progress. */

import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import type { ImportProgress, ImportSourceOptions } from "../../core/baseModels/import/importSource.ts";
import type { InstallCudaOptions } from "../../core/devices/cuda/installCuda.ts";
import type { DownloadProgress } from "../../core/hub/downloadFiles.ts";
import type { FetchOptions } from "../../core/dataset/paper/fetchCodeAlpacaPy.ts";
import type { Work } from "./roles.ts";

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
