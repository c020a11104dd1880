/** A study's plan: its runs, which of them exist already, and how long the rest takes. Runs no model. */

import { measureMachine } from "../../speed/machineSpeed.ts";
import type { MachineSpeed } from "../../baseModels/decodeEstimate.ts";
import { embeddedName } from "../../baseModels/installedBase.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { say, type Said, type SaidProblem } from "../../foundation/words/said.ts";
import { openCandidate } from "../candidates/openCandidate.ts";
import { readEvaluationOptions, type EvaluationOptions, type EvaluationSettings } from "../runs/evaluationRequest.ts";
import { listRuns, readRun, runsFolder, type RunSummary } from "../runs/runFolder.ts";
import { openSuite } from "../runs/openSuite.ts";
import { candidateName, runId, type RunConfiguration } from "../runs/runRecord.ts";
import { paceOf, roughPace, type Pace } from "./paces.ts";
import type { Study, StudyCandidate } from "./studyFile.ts";
import { orderOf, strangersIn } from "./studyOrder.ts";
import type { StudyPlaces } from "./studyPlaces.ts";
import { studyRuns, type StudyRun } from "./studyRuns.ts";
import { checkTraining, isTrained, trainedAs } from "./studyTraining.ts";
import { join } from "node:path";

/** A run of the plan. Plain JSON, because it crosses process borders. */
export interface PlannedRun {
  /** Positions in the study. */
  readonly suite: number;
  readonly candidate: number;
  readonly seed: number;
  readonly options: EvaluationOptions;
  /** For people: "conala", "graft-base, 3 nearest". */
  readonly suiteName: string;
  readonly candidateName: string;
  /** The id of the run's folder; absent until its training is finished, and if it cannot be evaluated. */
  readonly id?: string;
  /** What it is made of; absent if the id is. */
  readonly configuration?: RunConfiguration;
  readonly tasks?: number;
  readonly done: number;
  readonly isFinished: boolean;
  /** Estimated seconds until it is finished, without trainings; absent if nothing is known. */
  readonly seconds?: number;
  readonly basis?: Pace["basis"];
  /** Whether its candidate has to be trained first. */
  readonly needsTraining: boolean;
  /** Whether it runs programs that a model writes. */
  readonly runsCode: boolean;
  /** Why it cannot be evaluated. */
  readonly problem?: SaidProblem;
}

export interface StudyPlan {
  readonly title: string;
  /** Suite by suite, in the study's order. */
  readonly runs: readonly PlannedRun[];
  /** The positions of the runs in the order of their evaluation. */
  readonly order: readonly number[];
  /** Suites and candidates that do not go together. */
  readonly notes: readonly Said[];
}

export interface PlanControl {
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
}

/** Two candidates of the same configuration share a run, and a run that exists is part of the plan as it is. */
export async function planStudy(study: Study, places: StudyPlaces, control: PlanControl): Promise<StudyPlan> {
  const { runs, leftOut } = await studyRuns(study, places, control.signal);
  const known = await listRuns(places.home);
  const estimate = estimator(places, known);
  const planned: PlannedRun[] = [];
  const opened = new Map<string, RunConfiguration>();
  const trainings = new Map<string, boolean>();
  const notes: Said[] = [];
  for (const run of runs) {
    control.signal?.throwIfAborted();
    const entry = await plannedRun(study, run, places, { ...control, opened, trainings, estimate });
    const twin = planned.find(({ id }) => id !== undefined && id === entry.id);
    if (!twin) planned.push(entry);
    else notes.push(say`${entry.candidateName} on ${entry.suiteName} is the same run as ${twin.candidateName}.`);
  }
  for (const { suite, candidate, ...why } of leftOut) {
    const names = { suiteName: suiteName(study, suite), candidateName: nameOf(study.candidates[candidate]!) };
    if ("reason" in why) notes.push(say`${names.candidateName} is not evaluated on ${names.suiteName}. ${why.reason}`);
    else {
      const options = { ...places, base: "", suite: study.suites[suite]!.source };
      const empty = { done: 0, isFinished: false, needsTraining: false, runsCode: false };
      planned.push({ suite, candidate, seed: 0, options, ...names, ...empty, problem: why.problem });
    }
  }
  const [stranger] = strangersIn(study);
  if (stranger)
    notes.push(say`The order names [${stranger.join(", ")}], but the study has no such suite or candidate.`);
  const sorted = planned.toSorted((one, other) => one.suite - other.suite);
  return { title: study.title, runs: sorted, order: orderOf(sorted, study.order), notes };
}

interface Planning extends PlanControl {
  /** Configurations by suite and candidate, because reading a suite again for each seed takes long. */
  readonly opened: Map<string, RunConfiguration>;
  /** Whether candidates are trained, by the folders of their trainings, because reading their data takes long, too. */
  readonly trainings: Map<string, boolean>;
  readonly estimate: (configuration: RunConfiguration, base: string) => Promise<Pace | undefined>;
}

async function plannedRun(
  study: Study,
  { suite, candidate, seed, options }: StudyRun,
  places: StudyPlaces,
  { opened, trainings, estimate, ...control }: Planning,
): Promise<PlannedRun> {
  const tested = study.candidates[candidate]!;
  const about = { suite, candidate, seed, options, suiteName: suiteName(study, suite), candidateName: nameOf(tested) };
  const none = { ...about, done: 0, isFinished: false, needsTraining: false, runsCode: false };
  const trained = trainedAs(tested, places);
  try {
    const isThere = trained && (trainings.get(trained.folder) ?? (await isTrained(trained, places)));
    if (trained) trainings.set(trained.folder, isThere!);
    if (trained && !isThere) {
      await checkTraining(trained);
      return { ...none, needsTraining: true };
    }
    // Planning opens the suite, but runs no program of a model.
    const settings = readEvaluationOptions({ ...options, allowCodeExecution: true });
    const key = `${suite} ${candidate}`;
    const twin = opened.get(key);
    const configuration = twin ? { ...twin, seed } : await configurationOf(settings, control);
    if (!isDrawnBySeed(configuration)) opened.set(key, configuration);
    const id = runId(configuration);
    const found = await readRun(join(runsFolder(places.home), id)).catch(() => undefined);
    const [tasks, done] = [configuration.suite.tasks, found?.done ?? 0];
    const pace = found?.result ? undefined : await estimate(configuration, options.base);
    return {
      ...none,
      suiteName: configuration.suite.name,
      candidateName: tested.name === undefined ? candidateName(configuration) : nameOf(tested),
      id,
      configuration,
      tasks,
      done: found?.result ? tasks : done,
      isFinished: found?.result !== undefined,
      ...(pace && { seconds: pace.secondsPerTask * (tasks - done), basis: pace.basis }),
      runsCode: configuration.suite.kind === "execution",
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...none, problem: error.said };
  }
}

/** Whether the seed decides which tasks a suite has, not only how they are prompted and answered. */
function isDrawnBySeed({ suite }: RunConfiguration): boolean {
  return suite.kind === "infilling";
}

/** Opens suite and candidate, but no model. */
async function configurationOf(settings: EvaluationSettings, control: PlanControl): Promise<RunConfiguration> {
  const suite = await openSuite(settings, control.signal);
  try {
    const candidate = await openCandidate(settings, control);
    return { ...suite.configuration, ...candidate.configuration };
  } finally {
    await suite.release();
  }
}

/** Returns a function that estimates a run's pace. It measures the machine only if no known run determines the pace. */
function estimator(places: StudyPlaces, known: readonly RunSummary[]) {
  let machine: Promise<MachineSpeed> | undefined;
  return async (configuration: RunConfiguration, base: string): Promise<Pace | undefined> => {
    const pace = paceOf(configuration, known);
    if (pace || configuration.ngram) return pace;
    const { bytes, parameters, config } = await resolveBase(base, places);
    machine ??= measureMachine(places);
    return roughPace(configuration, { bytes, parameters, layers: config.layers }, await machine);
  };
}

function suiteName({ suites }: Study, suite: number): string {
  return lastPart(suites[suite]!.source);
}

function lastPart(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? "";
}

/** Returns a candidate's name before it can be opened, in the same words as afterwards. */
function nameOf({ name, base, adapters = [], training, mode, shots, context, ngram }: StudyCandidate): string {
  if (name !== undefined) return name;
  const parts = adapters.map(({ folder }) => folder.split(/[/\\]/).at(-1)!);
  const trained = training ? [`${training.method} (trained)`] : [];
  const model = [
    lastPart(base ?? "") || embeddedName,
    ...parts,
    ...trained,
    ...(context === "repository" ? [context] : []),
  ].join(" + ");
  if (ngram !== undefined) return "n-grams";
  return mode === "icl" || mode === "rag" ? `${model}, ${mode} ${shots ?? 1}` : model;
}
