/** The import process: imports one base from a folder or a download, or gets a data set, at low priority. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Log } from "../../core/foundation/log.ts";
import { fetchCodeAlpacaPy } from "../../core/dataset/paper/fetchCodeAlpacaPy.ts";
import { installCuda } from "../../core/devices/cuda/installCuda.ts";
import { importSource } from "../../core/baseModels/import/importSource.ts";
import { fetchDataWork, importWork, installCudaWork } from "../protocol/import.ts";
import { answer } from "../wire.ts";

export function serveImport(connection: MessageConnection, log: Log): void {
  // Conversion uses every core, so typing gets priority.
  setPriority(constants.priority.PRIORITY_LOW);
  answer(connection, importWork.request, async (options, signal) => {
    const { base, seconds, warnings } = await importSource(options, {
      signal,
      log,
      onProgress: (progress) => void connection.sendNotification(importWork.progress, progress),
    });
    return { name: base.name, seconds, warnings };
  });
  answer(connection, installCudaWork.request, (options, signal) =>
    installCuda(options, {
      signal,
      log,
      onProgress: (progress) => void connection.sendNotification(installCudaWork.progress, progress),
    }),
  );
  answer(connection, fetchDataWork.request, (options, signal) => fetchCodeAlpacaPy(options, { signal, log }));
}
