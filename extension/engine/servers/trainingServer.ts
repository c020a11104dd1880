/** The training process: one training, one refresh of an adapter, or the preview of a training, at low priority. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { runTrial } from "../../core/evaluation/trial/runTrial.ts";
import { createGate } from "../../core/foundation/waiting/gate.ts";
import type { Log } from "../../core/foundation/log.ts";
import { previewTraining } from "../../core/training/preview.ts";
import { train } from "../../core/training/train.ts";
import type { ReadingProgress, TrainProgress } from "../../core/training/loop/progressMeter.ts";
import type { TrainOutline } from "../../core/training/trainingPlan.ts";
import type { Trial, TrialProgress } from "../../core/training/trialReport.ts";
import type { Skipped } from "../../core/sources/skipped.ts";
import { refreshAdapter } from "../../core/training/refresh/refreshAdapter.ts";
import {
  finishTraining,
  holdTraining,
  previewWork,
  refreshWork,
  trainWork,
  type TrainingNews,
} from "../protocol/training.ts";
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
  const control = {
    trial,
    gate,
    log,
    onSkipped: (skipped: readonly Skipped[]) => tell({ skipped }),
    onReading: (reading: ReadingProgress) => tell({ reading }),
    onOutline: (outline: TrainOutline) => tell({ outline }),
    onProgress: (training: TrainProgress) => tell({ training }),
    onTrial: (progress: TrialProgress) => tell({ trial: progress }),
  };
  answer(connection, trainWork.request, (options, signal) =>
    train(options, { ...control, signal, finish: finish.signal, enough: enough.signal }),
  );
  answer(connection, refreshWork.request, (options, signal) => refreshAdapter(options, { ...control, signal }));
}
