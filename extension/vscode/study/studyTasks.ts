/** The tasks of the open study: asks the library process for them, and shows two answers side by side in the editor. */

import * as vscode from "vscode";
import { join } from "node:path";
import type { Wording } from "../../core/foundation/words/said.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { differenceChart } from "../../core/evaluation/study/charts/differenceChart.ts";
import { taskIssue } from "../../core/evaluation/study/taskIssue.ts";
import { runsFolder } from "../../core/evaluation/runs/runFolder.ts";
import type { PlannedRun } from "../../core/evaluation/study/studyPlan.ts";
import { askDifferences } from "../../core/evaluation/study/comparison/taskDifferences.ts";
import { taskDetailRequest, taskDifferencesRequest, taskRowsRequest } from "../../engine/protocol/library.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import type { AskedPair, SuiteTasks, TaskView } from "../../../webview/protocol/study.ts";
import type { Studies } from "./studies.ts";

export interface StudyTasks {
  /** The tasks of a suite, by its position in the results. */
  list(suite: number): Promise<SuiteTasks>;
  detail(suite: number, id: string): Promise<TaskView>;
  /** Opens the reference and a run's best answer side by side. */
  showDiff(suite: number, id: string, run: number): Promise<void>;
  /** The task with its answers as Markdown. */
  issue(suite: number, id: string): Promise<string>;
  /** The chart of two candidates' differences, as SVG. */
  differences(asked: AskedPair, words: Wording): Promise<string>;
}

export interface StudyTasksOptions {
  studies: Studies;
  libraryProcess: LibraryProcess;
  home: string;
}

const scheme = "graft-task";

export function openStudyTasks(
  { studies, libraryProcess, home }: StudyTasksOptions,
  subscriptions: vscode.Disposable[],
): StudyTasks {
  const texts = new Map<string, string>();
  subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ path }) => texts.get(path) ?? "",
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) texts.delete(uri.path);
    }),
  );

  /** The finished runs of a suite, in the order of the plan. */
  const runsOf = (suite: number): PlannedRun[] => {
    const runs = studies.opened?.known?.plan.runs.filter(({ isFinished }) => isFinished) ?? [];
    const number = [...new Set(runs.map((run) => run.suite))][suite];
    return runs.filter((run) => run.suite === number);
  };
  const folderOf = ({ id }: PlannedRun): string => join(runsFolder(home), id!);
  const nameOf = ({ candidateName, candidate, seed }: PlannedRun, runs: readonly PlannedRun[]): string => {
    const hasSeeds = runs.filter((run) => run.candidate === candidate).length > 1;
    return hasSeeds ? vscode.l10n.t("{0}, seed {1}", candidateName, seed) : candidateName;
  };

  const detail: StudyTasks["detail"] = async (suite, id) => {
    const runs = runsOf(suite).map((run) => ({ folder: folderOf(run), options: run.options }));
    return await libraryProcess.ask(taskDetailRequest, { runs, id });
  };

  return {
    async list(suite) {
      const runs = runsOf(suite);
      const rows = await libraryProcess.ask(taskRowsRequest, { folders: runs.map(folderOf) });
      return { runs: runs.map((run) => nameOf(run, runs)), rows };
    },
    detail,
    async issue(suite, id) {
      const runs = runsOf(suite);
      const { suite: name, protocol } = studies.opened!.known!.report.suites[suite]!;
      const about = { suite: `${name}, ${protocol}`, runs: runs.map((run) => nameOf(run, runs)) };
      return taskIssue(await detail(suite, id), { ...about, version: packageJson.version });
    },
    async differences({ suite, ...pair }, words) {
      const report = studies.opened!.known!.report.suites[suite]!;
      const asked = askDifferences(report, pair, (run) => join(runsFolder(home), run));
      return differenceChart(asked, await libraryProcess.ask(taskDifferencesRequest, asked), words);
    },
    async showDiff(suite, id, run) {
      const runs = runsOf(suite);
      const { answers, reference = "" } = await detail(suite, id);
      const name = nameOf(runs[run]!, runs);
      const shown = (part: string, text: string): vscode.Uri => {
        // A slash in a name would be a folder, and the ending makes it Python.
        const path = `/${[id, part].map((word) => word.replaceAll(/[/\\]/g, "_")).join(", ")}.py`;
        texts.set(path, text);
        return vscode.Uri.from({ scheme, path });
      };
      const left = shown(vscode.l10n.t("reference"), reference);
      const right = shown(name, answers[run]?.predictions[0]?.text ?? "");
      const title = vscode.l10n.t("{0}: reference and {1}", id, name);
      await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: true });
    },
  };
}
