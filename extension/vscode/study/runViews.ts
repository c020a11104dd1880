/** What the panel shows of a study's plan, progress and results. */

import { learningCharts } from "../../core/evaluation/study/charts/learningChart.ts";
import { studyCharts } from "../../core/evaluation/study/charts/studyCharts.ts";
import { curveFacts } from "../../core/evaluation/study/charts/learningCurves.ts";
import type { StudyProgress } from "../../core/evaluation/study/runStudy.ts";
import type { PlannedRun, StudyPlan } from "../../core/evaluation/study/studyPlan.ts";
import type { KnownStudy } from "../../engine/protocol/evaluation.ts";
import { liveEvaluation } from "../benchmark/liveEvaluation.ts";
import { translated, translatedProblem } from "../translated.ts";
import type { OpenStudy, RunView } from "../../../webview/protocol/study.ts";
import type { StudyResults } from "../../../webview/protocol/studyResults.ts";

export function planned({
  title,
  runs,
  order,
  notes,
}: StudyPlan): Pick<OpenStudy, "title" | "runs" | "order" | "notes"> {
  return { title, runs: runs.map(viewOf), order, notes: notes.map(translated) };
}

function viewOf(run: PlannedRun): RunView {
  const { suiteName, candidateName, seed, tasks, done, isFinished, needsTraining, seconds, basis, problem } = run;
  return {
    suite: suiteName,
    candidate: candidateName,
    seed,
    ...(tasks !== undefined && { tasks }),
    done,
    isFinished,
    needsTraining,
    canMove: !isFinished && !problem,
    ...(seconds !== undefined && { seconds }),
    isRough: basis === "rough",
    ...(problem && { problem: translatedProblem(problem) }),
  };
}

type RunProgress = Exclude<StudyProgress, { kind: "plan" }>;

/** Returns a run as its progress changes it. */
export function changedRun(run: RunView, progress: RunProgress): RunView {
  switch (progress.kind) {
    case "training": {
      const { step, steps, etaSeconds, tokensPerSecond } = progress.training;
      const live = { stage: "training", done: step, total: steps, etaSeconds, tokensPerSecond } as const;
      return { ...run, canMove: false, live };
    }
    case "predicting": {
      const live = liveEvaluation(progress.progress);
      return { ...run, canMove: false, live, ...(progress.scores && { scores: progress.scores }) };
    }
    case "finished": {
      const { live: _live, ...rest } = run;
      return { ...rest, ...viewOf(progress.planned), scores: progress.scores };
    }
    case "failed": {
      const { live: _live, ...rest } = run;
      return { ...rest, canMove: false, problem: translatedProblem(progress.problem) };
    }
  }
}

export function resultsOf({ report, learning: { curves, unrecorded }, history }: KnownStudy): StudyResults {
  return {
    suites: report.suites.map(({ tests: _tests, note, ...suite }) => ({
      ...suite,
      ...(note && { note: translated(note) }),
    })),
    charts: studyCharts(report, translated),
    learning: { charts: learningCharts(curves, translated), facts: curves.map(curveFacts), unrecorded },
    history,
  };
}
