/** The evaluation process: one run at a time, or the comparison of two runs, at low priority. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Log } from "../../core/foundation/log.ts";
import { compareRuns } from "../../core/evaluation/scoring/compareRuns.ts";
import { runEvaluation } from "../../core/evaluation/runs/runEvaluation.ts";
import { readRun } from "../../core/evaluation/runs/runFolder.ts";
import { compareWork, evaluateWork } from "../protocol.ts";
import { answer } from "../wire.ts";

export function serveEvaluation(connection: MessageConnection, log: Log): void {
  // It uses every core, so typing gets priority.
  setPriority(constants.priority.PRIORITY_LOW);
  answer(connection, evaluateWork.request, (options, signal) =>
    runEvaluation(options, {
      signal,
      log,
      onProgress: (progress) => void connection.sendNotification(evaluateWork.progress, progress),
    }),
  );
  answer(connection, compareWork.request, async ({ first, second }, signal) =>
    compareRuns(await readRun(first), await readRun(second), signal),
  );
}
