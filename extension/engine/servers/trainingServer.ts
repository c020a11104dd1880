/** The training process: one training, or the preview of one, at low priority. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { runTrial } from "../../core/evaluation/trial/runTrial.ts";
import { createGate } from "../../core/foundation/waiting/gate.ts";
import type { Log } from "../../core/foundation/log.ts";
import { previewTraining } from "../../core/training/preview.ts";
import { train } from "../../core/training/train.ts";
import type { Trial } from "../../core/training/trialReport.ts";
import { finishTraining, holdTraining, previewWork, trainWork, type TrainingNews } from "../protocol/training.ts";
import { answer } from "../wire.ts";

export function serveTraining(connection: MessageConnection, log: Log): void {
  // It uses every core, so typing gets priority.
  setPriority(constants.priority.PRIORITY_LOW);
  const [finish, enough] = [new AbortController(), new AbortController()];
  let isTrial = false;
  connection.onNotification(finishTraining, () => (isTrial ? enough : finish).abort());
  const tell = (news: TrainingNews): void => void connection.sendNotification(trainWork.progress, news);
  const gate = createGate((waiting) => tell({ waiting }));
  connection.onNotification(holdTraining.wait, gate.close);
  connection.onNotification(holdTraining.go, gate.open);
  const trial: Trial = async (subject, control) => {
    isTrial = true;
    return await runTrial(subject, control);
  };
  answer(connection, previewWork.request, (options, signal) =>
    previewTraining(options, {
      signal,
      log,
      onReading: (reading) => void connection.sendNotification(previewWork.progress, reading),
    }),
  );
  answer(connection, trainWork.request, (options, signal) =>
    train(options, {
      signal,
      finish: finish.signal,
      trial,
      enough: enough.signal,
      gate,
      log,
      onSkipped: (skipped) => tell({ skipped }),
      onReading: (reading) => tell({ reading }),
      onOutline: (outline) => tell({ outline }),
      onProgress: (training) => tell({ training }),
      onTrial: (progress) => tell({ trial: progress }),
    }),
  );
}
