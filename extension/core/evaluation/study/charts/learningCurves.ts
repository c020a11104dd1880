/** The losses of the trainings that made a study's candidates, as their runs record them. Draws nothing. */

import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import type { StepLoss } from "../../../training/loop/trainerState.ts";
import { readRun, runsFolder } from "../../runs/runFolder.ts";
import type { RunRecord } from "../../runs/runRecord.ts";
import type { StudyPlan } from "../studyPlan.ts";

/** A training of a candidate. Plain JSON, because it crosses process borders. */
export interface LearningCurve {
  /** The candidate, with the adapter if it has several. */
  readonly name: string;
  /** The candidate's position in the study. */
  readonly number: number;
  /** Losses per target token, the training's thinned out. Empty without validation data. */
  readonly training: readonly StepLoss[];
  readonly validation: readonly StepLoss[];
}

export interface LearningCurves {
  readonly curves: readonly LearningCurve[];
  /** Candidates that were trained without a record of their losses. */
  readonly unrecorded: readonly string[];
}

/** Reads the trainings of the candidates that have a finished run. */
export async function readLearningCurves({ runs }: Pick<StudyPlan, "runs">, home: string): Promise<LearningCurves> {
  const curves: LearningCurve[] = [];
  const unrecorded: string[] = [];
  const finished = runs.filter(({ isFinished }) => isFinished);
  const candidates = [...new Set(finished.map(({ candidate }) => candidate))].toSorted((one, other) => one - other);
  for (const candidate of candidates) {
    const { id, candidateName } = finished.find((run) => run.candidate === candidate)!;
    const { record } = await readRun(join(runsFolder(home), id!));
    for (const [name, losses] of trainingsOf(record, candidateName)) {
      if (losses) curves.push({ name, number: candidate, ...losses });
      else unrecorded.push(name);
    }
  }
  return { curves, unrecorded };
}

type Losses = RunRecord["trainings"][number]["losses"];

/** Includes adapters even if nothing of their training is recorded. */
function trainingsOf({ configuration, trainings }: RunRecord, candidate: string): [string, Losses][] {
  const names = new Set(
    [...configuration.adapters, ...trainings.map(({ adapter: name }) => ({ name }))].map(({ name }) => name),
  );
  return [...names].map((name) => {
    const losses = trainings.find(({ adapter }) => adapter === name)?.losses;
    const isRecorded = losses && losses.training.length > 0;
    return [names.size > 1 ? `${candidate} (${name})` : candidate, isRecorded ? losses : undefined];
  });
}

/** The figures that describe a curve. */
export interface CurveFacts {
  readonly name: string;
  readonly steps: number;
  readonly training: { readonly first: number; readonly last: number };
  readonly validation?: {
    readonly before: number;
    readonly best: number;
    readonly bestStep: number;
    readonly last: number;
  };
}

export function curveFacts({ name, training, validation }: LearningCurve): CurveFacts {
  const [before, last] = [validation[0], validation.at(-1)];
  const steps = Math.max(training.at(-1)!.step, last?.step ?? 0);
  const facts = { name, steps: Math.round(steps), training: { first: training[0]!.loss, last: training.at(-1)!.loss } };
  if (!before || !last) return facts;
  const best = validation.reduce((one, other) => (other.loss < one.loss ? other : one));
  const bestStep = Math.round(best.step);
  return { ...facts, validation: { before: before.loss, best: best.loss, bestStep, last: last.loss } };
}

/** Returns every point as a row of CSV. */
export function learningTable(curves: readonly LearningCurve[]): string {
  const rows = curves.flatMap(({ name, training, validation }) =>
    Object.entries({ training, validation }).flatMap(([data, points]) =>
      points.map(({ step, loss }) => ({ contender: name, data, step, loss })),
    ),
  );
  return stringify(rows, { header: true, columns: ["contender", "data", "step", "loss"], escape_formulas: true });
}
