/** Connects the benchmark and the studies. They share most of their code, which is loaded when one of them is first shown. */

import type * as vscode from "vscode";
import { allOrNothing } from "../atFirstUse.ts";
import { createBenchmark, type BenchmarkOptions } from "../benchmark/benchmark.ts";
import { createBenchmarkPanel, type BenchmarkPanel, type BenchmarkPanelOptions } from "../benchmark/benchmarkPanel.ts";
import { createStudies, type StudiesOptions } from "./studies.ts";
import { openStudyHistory } from "./studyHistory.ts";
import { createStudyPanel, type StudyPanel, type StudyPanelOptions } from "./studyPanel.ts";
import { openStudyTasks } from "./studyTasks.ts";

export type JudgingOptions = BenchmarkOptions &
  StudiesOptions &
  Omit<BenchmarkPanelOptions, "benchmark"> &
  Omit<StudyPanelOptions, "studies" | "tasks" | "history" | "home">;

export function openJudging(
  options: JudgingOptions,
  subscriptions: vscode.Disposable[],
): { benchmarkPanel: BenchmarkPanel; studyPanel: StudyPanel } {
  const { home } = options.places;
  return allOrNothing(subscriptions, (opened) => {
    const benchmark = createBenchmark(options, opened);
    const studies = createStudies(options, opened);
    const tasks = openStudyTasks({ ...options, studies, home }, opened);
    const history = openStudyHistory({ ...options, studies, home });
    return {
      benchmarkPanel: createBenchmarkPanel({ ...options, benchmark }, opened),
      studyPanel: createStudyPanel({ ...options, studies, tasks, history, home }, opened),
    };
  });
}
