/** The import process: makes one base of a folder or of a download, or gets a data set, quietly beside the editor. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Log } from "../../core/foundation/log.ts";
import { fetchCodeAlpacaPy } from "../../core/dataset/paper/fetchCodeAlpacaPy.ts";
import { importSource } from "../../core/baseModels/import/importSource.ts";
import { fetchDataWork, importWork } from "../protocol.ts";
import { answer } from "../wire.ts";

export function serveImport(connection: MessageConnection, log: Log): void {
  // Converting takes every core it can get; whoever types goes first.
  setPriority(constants.priority.PRIORITY_LOW);
  answer(connection, importWork.request, async (options, signal) => {
    const { base, seconds, warnings } = await importSource(options, {
      signal,
      log,
      onProgress: (progress) => void connection.sendNotification(importWork.progress, progress),
    });
    return { name: base.name, seconds, warnings };
  });
  answer(connection, fetchDataWork.request, (options, signal) => fetchCodeAlpacaPy(options, { signal, log }));
}
