/**
 * The library process: lists bases, adapters, runs and snippets, exports runs, measures the machine, estimates trainings. Completion
 * does not depend on it.
 */

import type { MessageConnection } from "vscode-jsonrpc/node";
import { UserError } from "../../core/foundation/errors.ts";
import type { Log } from "../../core/foundation/log.ts";
import { surveyCommits } from "../../core/training/data/surveyCommits.ts";
import { openEstimator } from "../../core/training/estimate/estimateTraining.ts";
import { surveyBases } from "../../core/baseModels/surveyBases.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { measureMachine } from "../../core/speed/machineSpeed.ts";
import { listRuns, readRun } from "../../core/evaluation/runs/runFolder.ts";
import { exported } from "../../core/evaluation/scoring/runTable.ts";
import { importRuns } from "../../core/evaluation/history/importRuns.ts";
import { taskDifferences } from "../../core/evaluation/study/comparison/taskDifferences.ts";
import { taskDetail, taskRows } from "../../core/evaluation/study/studyTasks.ts";
import { addSnippet, listSnippets, removeSnippet } from "../../core/sources/snippets/snippetFolder.ts";
import { copyAdapter } from "../../core/adapters/library/copyAdapter.ts";
import { readRefreshes, undoRefresh } from "../../core/training/refresh/refreshedWeights.ts";
import {
  adapterRowsRequest,
  copyAdapterRequest,
  exportAdapterRequest,
  refreshesRequest,
  undoRefreshRequest,
} from "../protocol/adapters.ts";
import { adapterDetails, exportAdapter } from "./adapterFiles.ts";
import { adapterSummaries } from "./adapterSummaries.ts";
import {
  adaptersRequest,
  basesRequest,
  taskDifferencesRequest,
  exportRunsRequest,
  importRunsRequest,
  measureRequest,
  runsRequest,
  taskDetailRequest,
  taskRowsRequest,
  type AdaptersQuestion,
} from "../protocol/library.ts";
import { addSnippetRequest, removeSnippetRequest, snippetsRequest } from "../protocol/snippets.ts";
import { commitsRequest, estimateRequest } from "../protocol/training.ts";
import { openSelection } from "./selectedBase.ts";
import { answer } from "../wire.ts";

export function serveLibrary(connection: MessageConnection, log: Log): void {
  answer(connection, basesRequest, (places, signal) => surveyBases({ ...places, log, signal }));
  answer(connection, adaptersRequest, async (question, signal) =>
    adapterSummaries(question.library, await baseOf(question, log, signal), log),
  );
  answer(connection, runsRequest, ({ home }) => listRuns(home));
  answer(connection, exportRunsRequest, async ({ folders, format }) =>
    exported(await Promise.all(folders.map(readRun)), format),
  );
  answer(connection, taskRowsRequest, ({ folders }) => taskRows(folders));
  answer(connection, taskDetailRequest, ({ runs, id }) => taskDetail(runs, id));
  answer(connection, taskDifferencesRequest, ({ first, second, measure }, signal) =>
    taskDifferences(first.folders, second.folders, measure, signal),
  );
  answer(connection, importRunsRequest, ({ source, home }) => importRuns(source, home));
  answer(connection, adapterRowsRequest, async (question, signal) => {
    const summaries = await adapterSummaries(question.library, await baseOf(question, log, signal), log);
    return await Promise.all(summaries.map(async (one) => ({ ...one, details: await adapterDetails(one.folder) })));
  });
  answer(connection, exportAdapterRequest, (question, signal) => exportAdapter(question, { log, signal }));
  answer(connection, copyAdapterRequest, async ({ source, target }) => {
    await copyAdapter(source, target);
    return target;
  });
  answer(connection, refreshesRequest, ({ folder }) => readRefreshes(folder));
  answer(connection, undoRefreshRequest, async ({ folder }) => (await undoRefresh(folder)).number);
  answer(connection, snippetsRequest, ({ folder }) => listSnippets(folder));
  answer(connection, addSnippetRequest, async ({ folder, ...selection }) => {
    return (await addSnippet(folder, selection)) ?? null;
  });
  answer(connection, removeSnippetRequest, ({ folder, path }) => removeSnippet(folder, path));
  answer(connection, commitsRequest, ({ folders, since }, signal) =>
    Promise.all(folders.map((folder) => surveyCommits(folder, since, signal))),
  );
  const estimate = openEstimator();
  answer(connection, estimateRequest, (options, signal) => estimate(options, { log, signal }));
  answer(connection, measureRequest, (places) => measureMachine(places));
}

/** Undefined if the base cannot be opened: completion reports the reason, and the list of adapters still appears. */
async function baseOf(
  { home, embedded, base }: AdaptersQuestion,
  log: Log,
  signal: AbortSignal,
): Promise<InstalledBase | undefined> {
  try {
    return (await openSelection({ home, embedded, base, adapters: [] }, { log, signal })).base;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log.debug(`Adapters are listed without a base: ${error.message}`);
    return undefined;
  }
}
