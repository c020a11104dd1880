/** What graft study prints: the plan, the progress, and whether an exported study was reproduced. */

import { join } from "node:path";
import { counted } from "../../core/foundation/words/quantities.ts";
import { english, type SaidProblem } from "../../core/foundation/words/said.ts";
import { readRun, runsFolder } from "../../core/evaluation/runs/runFolder.ts";
import { differenceText, measureFormat } from "../../core/evaluation/measures/measureFormat.ts";
import { differenceWords } from "../../core/evaluation/study/charts/differenceChart.ts";
import type { AskedDifferences, TaskDifferences } from "../../core/evaluation/study/comparison/taskDifferences.ts";
import type { StudyProgress } from "../../core/evaluation/study/runStudy.ts";
import type { Study } from "../../core/evaluation/study/studyFile.ts";
import type { PlannedRun, StudyPlan } from "../../core/evaluation/study/studyPlan.ts";
import { aligned, duration, type Output } from "../output.ts";
import { progressFields, progressText } from "./evaluationResult.ts";

export function planText({ title, runs, order, notes }: StudyPlan): string {
  const inOrder = order.map((run) => runs[run]!);
  const rows = inOrder.map((run, i) => [
    `${i + 1}`,
    run.suiteName,
    run.candidateName,
    `${run.seed}`,
    stateText(run),
    timeText(run),
  ]);
  const failures = runs.flatMap(({ problem }, run) => (problem ? [{ run, problem }] : []));
  const known = runs.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  const isRough = runs.some(({ basis }) => basis === "rough");
  const isPartial = runs.some(({ isFinished, seconds, problem }) => !isFinished && seconds === undefined && !problem);
  const total = `${duration(known)} left${isPartial ? ", and what cannot be estimated yet" : ""}`;
  return [
    title,
    ...aligned([["", "suite", "candidate", "seed", "tasks", "time"], ...rows]),
    `${counted(runs.length, "run")}, ${total}.${isRough ? " Rough times are from this machine's speed; they may be wrong by a factor of three." : ""}`,
    ...failureTexts({ runs }, failures),
    ...notes.map(english),
  ].join("\n");
}

/** Returns what cannot be evaluated and why. Candidates that fail for the same reason share a line. */
export function failureTexts(
  { runs }: Pick<StudyPlan, "runs">,
  failures: readonly { readonly run: number; readonly problem: SaidProblem }[],
): string[] {
  const names = new Map<string, Set<string>>();
  for (const { run, problem } of failures) {
    const { candidateName, suiteName } = runs[run]!;
    const reason = `on ${suiteName}. ${english(problem.message)} ${english(problem.nextStep)}`;
    names.set(reason, (names.get(reason) ?? new Set()).add(candidateName));
  }
  return [...names].map(([reason, candidates]) => `Not evaluated: ${[...candidates].join("; ")} ${reason}`);
}

/** The number of tasks shown in each direction: those that differ most. */
const shownDifferences = 5;

export function differencesText(asked: AskedDifferences, found: TaskDifferences): string {
  const { tasks, measure, won, lost } = found;
  const rows = (some: TaskDifferences["tasks"]): string[] =>
    aligned(some.map(({ id, difference }) => [`  ${id}`, differenceText(measure, difference)]));
  const wins = rows(tasks.slice(0, Math.min(shownDifferences, won)));
  const losses = rows(tasks.slice(Math.max(tasks.length - shownDifferences, tasks.length - lost)).toReversed());
  return [
    `${asked.suite}, ${measureFormat(measure).title}`,
    ...differenceWords(asked, found).map(english),
    ...(won > 0 ? [`${asked.first.name} is better:`, ...wins] : []),
    ...(lost > 0 ? [`${asked.second.name} is better:`, ...losses] : []),
  ].join("\n");
}

function stateText({ isFinished, done, tasks, needsTraining, problem }: PlannedRun): string {
  if (problem) return "cannot be evaluated";
  if (needsTraining) return "after its training";
  if (isFinished) return `${tasks}, finished`;
  return done > 0 ? `${done} of ${tasks}` : `${tasks}`;
}

function timeText({ seconds, basis, isFinished }: PlannedRun): string {
  if (isFinished) return "";
  if (seconds === undefined) return "unknown";
  return `${duration(seconds)}${basis === "rough" ? ", rough" : ""}`;
}

/** Returns the listener of a study's progress. */
export function studyProgress(output: Output): (progress: StudyProgress) => void {
  let plan: StudyPlan | undefined;
  return (progress) => {
    switch (progress.kind) {
      case "plan":
        plan = progress.plan;
        return output.log.info(planText(plan));
      case "training": {
        const { step, steps, etaSeconds } = progress.training;
        const name = plan!.runs[progress.run]!.candidateName;
        const fields = { phase: "training", run: progress.run, ...progress.training };
        return output.progress(
          step,
          steps,
          fields,
          `${name}: training, step ${step} of ${steps}, ${duration(etaSeconds)} left`,
        );
      }
      case "predicting": {
        const { done, total = done + 1 } = progress.progress;
        const place = `${plan!.order.indexOf(progress.run) + 1}/${plan!.runs.length} `;
        const fields = {
          ...progressFields(progress.progress),
          number: progress.run,
          ...(progress.scores && { early: progress.scores }),
        };
        const { candidateName: candidate } = plan!.runs[progress.run]!;
        return output.progress(done, total, fields, place + progressText({ ...progress.progress, candidate }));
      }
      case "finished":
      case "failed":
        return;
    }
  };
}

export interface Reproduction {
  readonly runs: readonly { readonly run: string; readonly isEqual: boolean }[];
  readonly text: string;
}

/** Compares the scores of an exported study with those on this machine, by the ids of runs. */
export async function reproduced(
  expected: NonNullable<Study["expected"]>,
  { runs }: StudyPlan,
  home: string,
): Promise<Reproduction> {
  const compared: { run: string; isEqual: boolean }[] = [];
  const lines: string[] = [];
  for (const { run, scores } of expected) {
    // Another base, data set or version makes another run.
    const isHere = runs.some(({ id, isFinished }) => id === run && isFinished);
    const found = isHere ? (await readRun(join(runsFolder(home), run))).result : undefined;
    const different = Object.entries(scores).filter(([name, value]) => found?.scores[name]?.value !== value);
    compared.push({ run, isEqual: found !== undefined && different.length === 0 });
    if (!found) lines.push(`  ${run}: not evaluated here; its base, data or version of Graft differs`);
    else if (different.length > 0) {
      const shown = different.map(
        ([name, value]) => `${name} ${found.scores[name]?.value ?? "missing"} instead of ${value}`,
      );
      lines.push(`  ${run}: ${shown.join(", ")}`);
    }
  }
  const equal = compared.filter(({ isEqual }) => isEqual).length;
  return {
    runs: compared,
    text: [
      `${equal} of ${counted(compared.length, "exported run has", { many: "exported runs have" })} equal scores here.`,
      ...lines,
    ].join("\n"),
  };
}
