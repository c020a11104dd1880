/** The evaluation process: one run or study at a time, or the comparison of two runs, at low priority. */

import { constants, setPriority } from "node:os";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { Log } from "../../core/foundation/log.ts";
import { studyHistory } from "../../core/evaluation/history/studyHistory.ts";
import { compareRuns } from "../../core/evaluation/scoring/compareRuns.ts";
import { runEvaluation } from "../../core/evaluation/runs/runEvaluation.ts";
import { readRun } from "../../core/evaluation/runs/runFolder.ts";
import { readLearningCurves } from "../../core/evaluation/study/charts/learningCurves.ts";
import { exportStudy } from "../../core/evaluation/study/export/exportStudy.ts";
import { runStudy } from "../../core/evaluation/study/runStudy.ts";
import { planStudy } from "../../core/evaluation/study/studyPlan.ts";
import { reportStudy } from "../../core/evaluation/study/studyReport.ts";
import {
  compareWork,
  evaluateWork,
  exportStudyWork,
  pauseStudy,
  planStudyWork,
  runStudyWork,
  type KnownStudy,
  type PlanQuestion,
} from "../protocol/evaluation.ts";
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
  serveStudies(connection, log);
}

function serveStudies(connection: MessageConnection, log: Log): void {
  const pausing = new AbortController();
  connection.onNotification(pauseStudy, () => pausing.abort());
  const known = async ({ study, places }: PlanQuestion, signal: AbortSignal): Promise<KnownStudy> => {
    const plan = await planStudy(study, places, { signal, log });
    void connection.sendNotification(planStudyWork.progress, plan);
    const report = await reportStudy(plan, places.home, signal);
    const learning = await readLearningCurves(plan, places.home);
    return { plan, report, learning, history: await studyHistory(plan, places.home) };
  };
  answer(connection, planStudyWork.request, known);
  answer(connection, runStudyWork.request, (options, signal) =>
    runStudy(options, {
      signal,
      pause: pausing.signal,
      log,
      onProgress: (progress) => void connection.sendNotification(runStudyWork.progress, progress),
    }),
  );
  answer(connection, exportStudyWork.request, async ({ out, ...question }, signal) => {
    await exportStudy({ study: question.study, ...(await known(question, signal)) }, out, question.places);
  });
}
