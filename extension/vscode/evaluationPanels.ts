/** Connects the panels of the benchmark and of the studies. They share most of their code, which is loaded when either is first shown. */

import type * as vscode from "vscode";
import { allOrNothing } from "./atFirstUse.ts";
import { createBenchmark, type BenchmarkOptions } from "./benchmark/benchmark.ts";
import { createBenchmarkPanel, type BenchmarkPanel, type BenchmarkPanelOptions } from "./benchmark/benchmarkPanel.ts";
import { createStudies, type StudiesOptions } from "./study/studies.ts";
import { openStudyHistory } from "./study/studyHistory.ts";
import { createStudyPanel, type StudyPanel, type StudyPanelOptions } from "./study/studyPanel.ts";
import { openStudyTasks } from "./study/studyTasks.ts";

export type EvaluationPanelsOptions = BenchmarkOptions &
  StudiesOptions &
  Omit<BenchmarkPanelOptions, "benchmark"> &
  Omit<StudyPanelOptions, "studies" | "tasks" | "history" | "home">;

export function openEvaluationPanels(
  options: EvaluationPanelsOptions,
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
