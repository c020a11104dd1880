/**
 * Executes a study: trains what is missing, then one run after the other. What is finished stays finished, so the same
 * study resumes, and shares its runs with other studies.
 */

import { join } from "node:path";
import { isCancelled, UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { say, type SaidProblem } from "../../foundation/words/said.ts";
import type { TrainProgress } from "../../training/loop/progressMeter.ts";
import type { Estimate } from "../measures/estimate.ts";
import type { EvaluationProgress } from "../runs/progress.ts";
import { runEvaluation } from "../runs/runEvaluation.ts";
import { readRun, runsFolder, type RunSummary } from "../runs/runFolder.ts";
import { openLiveScores, type LiveScores } from "./liveScores.ts";
import { readStudy, type Study } from "./studyFile.ts";
import { orderOf } from "./studyOrder.ts";
import type { StudyPlaces } from "./studyPlaces.ts";
import { planStudy, type PlannedRun, type StudyPlan } from "./studyPlan.ts";
import { trainedAs, trainMissing } from "./studyTraining.ts";

/** Plain JSON, because it crosses process borders. `run` is the run's position in the plan. */
export type StudyProgress =
  | { readonly kind: "plan"; readonly plan: StudyPlan }
  | { readonly kind: "training"; readonly run: number; readonly training: TrainProgress }
  | {
      readonly kind: "predicting";
      readonly run: number;
      readonly progress: EvaluationProgress;
      /** Early answers: the scores of the tasks so far, now and then. */
      readonly scores?: Readonly<Record<string, Estimate>>;
    }
  | { readonly kind: "finished"; readonly run: number; readonly planned: PlannedRun; readonly scores: RunScores }
  | { readonly kind: "failed"; readonly run: number; readonly problem: SaidProblem };

type RunScores = Readonly<Record<string, Estimate>>;

export interface StudyControl {
  readonly signal?: AbortSignal | undefined;
  /** Ends the study after the chunk at work, so that no prediction is lost. */
  readonly pause?: AbortSignal | undefined;
  readonly log: Log;
  readonly onProgress?: ((progress: StudyProgress) => void) | undefined;
}

export interface StudyOptions extends StudyPlaces {
  readonly study: Study;
  /** The study's file: its order is read again before each run, because it may have been changed meanwhile. */
  readonly file?: string;
  /** The user's consent to run what models write, in a sandbox. A study file cannot give it. */
  readonly allowCodeExecution?: boolean;
  /** Evaluates again what is finished. */
  readonly fresh?: boolean;
}

export interface StudyOutcome {
  readonly plan: StudyPlan;
  /** Runs that could not be finished, by their position in the plan. */
  readonly failures: readonly { readonly run: number; readonly problem: SaidProblem }[];
}

/**
 * A run that fails does not stop the others.
 *
 * @throws the reason of the signal or of `pause` once it is aborted, with predictions kept; UserError "code-execution"
 * before anything runs, if suites have tests and there is no consent
 */
export async function runStudy(
  { study, file, allowCodeExecution = false, fresh = false, ...places }: StudyOptions,
  control: StudyControl,
): Promise<StudyOutcome> {
  const { onProgress, log } = control;
  const plan = await planStudy(study, places, control);
  onProgress?.({ kind: "plan", plan });
  checkConsent(plan, allowCodeExecution);
  const runs = [...plan.runs];
  const failures: { run: number; problem: SaidProblem }[] = [];
  for await (const i of inOrder(plan, file)) {
    control.signal?.throwIfAborted();
    control.pause?.throwIfAborted();
    const planned = plan.runs[i]!;
    try {
      if (planned.problem) throw new UserError("study-invalid", planned.problem.message, planned.problem.nextStep);
      const { candidate } = planned;
      const trained = trainedAs(study.candidates[candidate]!, places);
      if (trained) {
        // A training saves its state when it is stopped, so that a pause can stop it at once.
        const signal = AbortSignal.any([control.signal, control.pause].filter((each) => each !== undefined));
        const onTraining = (training: TrainProgress): void => onProgress?.({ kind: "training", run: i, training });
        await trainMissing(trained, places, { log, signal, fresh, onProgress: onTraining });
      }
      const options = { ...planned.options, allowCodeExecution, fresh };
      const finished = await evaluate(options, i, control);
      runs[i] = finishedRun(planned, finished);
      onProgress?.({ kind: "finished", run: i, planned: runs[i], scores: finished.result!.scores });
    } catch (error) {
      if (isCancelled(error) || !(error instanceof UserError)) throw error;
      const failure = { run: i, problem: error.said };
      failures.push(failure);
      onProgress?.({ kind: "failed", ...failure });
    }
  }
  return { plan: { ...plan, runs }, failures };
}

/** Yields the positions of the runs, each time the first in the file's order that has not had its turn. */
async function* inOrder({ runs, order }: StudyPlan, file: string | undefined): AsyncGenerator<number> {
  const left = new Set(order);
  let known = order;
  while (left.size > 0) {
    // A file that is gone, or broken by an edit, does not end the study.
    const study = file === undefined ? undefined : await readStudy(file).catch(() => undefined);
    if (study) known = orderOf(runs, study.order);
    const next = known.find((run) => left.has(run))!;
    left.delete(next);
    yield next;
  }
}

/** @throws UserError "code-execution" */
function checkConsent({ runs }: StudyPlan, allowCodeExecution: boolean): void {
  const run = runs.find(({ runsCode, isFinished }) => runsCode && !isFinished);
  if (!run || allowCodeExecution) return;
  const message = say`Cannot evaluate on ${run.suiteName} without running what the model writes: its tasks have tests.`;
  throw new UserError("code-execution", message, say`Give --allow-code-execution: it runs in a sandbox, with limits.`);
}

async function evaluate(
  options: PlannedRun["options"],
  run: number,
  { signal, pause, log, onProgress }: StudyControl,
): Promise<RunSummary> {
  let live: LiveScores | undefined;
  let opening: Promise<void> | undefined;
  const openLive = async (id: string): Promise<void> => {
    const folder = join(runsFolder(options.home), id);
    live = await openLiveScores((await readRun(folder)).record.configuration, folder);
  };
  const tell = (progress: EvaluationProgress): void => {
    // Early answers only accompany a run, and never end it.
    opening ??= openLive(progress.run).catch((error: unknown) => log.debug(`No early answers: ${String(error)}`));
    const scores = progress.last && live?.add(progress.last);
    onProgress?.({ kind: "predicting", run, progress, ...(scores && { scores }) });
  };
  return await runEvaluation(options, { signal, pause, log, onProgress: tell });
}

function finishedRun(planned: PlannedRun, { id, record }: RunSummary): PlannedRun {
  const { seconds: _seconds, basis: _basis, problem: _problem, ...rest } = planned;
  const { configuration } = record;
  const { tasks } = configuration.suite;
  return { ...rest, id, configuration, tasks, done: tasks, isFinished: true, needsTraining: false };
}
