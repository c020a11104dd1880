/** The training process: one training at a time, at low priority. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Log } from "../../core/foundation/log.ts";
import { train } from "../../core/training/train.ts";
import { finishTraining, trainWork } from "../protocol.ts";
import { answer } from "../wire.ts";

export function serveTraining(connection: MessageConnection, log: Log): void {
  // It uses every core, so typing gets priority.
  setPriority(constants.priority.PRIORITY_LOW);
  const finish = new AbortController();
  connection.onNotification(finishTraining, () => finish.abort());
  answer(connection, trainWork.request, (options, signal) =>
    train(options, {
      signal,
      finish: finish.signal,
      log,
      onSkipped: (skipped) => void connection.sendNotification(trainWork.progress, { skipped }),
      onReading: (reading) => void connection.sendNotification(trainWork.progress, { reading }),
      onOutline: (outline) => void connection.sendNotification(trainWork.progress, { outline }),
      onProgress: (training) => void connection.sendNotification(trainWork.progress, { training }),
    }),
  );
}
