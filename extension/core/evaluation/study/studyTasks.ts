/** The tasks of a study's runs one by one: which runs are right, and each answer next to the reference. Runs no model. */

import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { editSimilarity } from "../measures/editSimilarity.ts";
import { compareFilling } from "../measures/infilling.ts";
import { readEvaluationOptions, type EvaluationOptions } from "../runs/evaluationRequest.ts";
import { openPromptedPairs } from "../runs/openTasks.ts";
import { readPredictions, readRun } from "../runs/runFolder.ts";
import type { Prediction } from "../runs/runRecord.ts";
import { openRunMeasures, type RunMeasure } from "../scoring/runMeasures.ts";

/** One run's answer to a task, at a glance. */
export interface TaskCell {
  readonly isRight: boolean;
  /** How similar the best answer is to the reference, 0 to 1; absent without a reference. */
  readonly similarity?: number;
}

export interface TaskRow {
  readonly id: string;
  /** The task in words, or the place of a hole. */
  readonly intent: string;
  /** Characters of the reference. */
  readonly length: number;
  /** In the order of the runs; null for a run without an answer. */
  readonly cells: readonly (TaskCell | null)[];
}

/** Returns the tasks in the order of the suite. */
export async function taskRows(folders: readonly string[]): Promise<TaskRow[]> {
  const rows = new Map<string, { id: string; intent: string; length: number; cells: (TaskCell | null)[] }>();
  for (const [i, folder] of folders.entries()) {
    const measures = await openRunMeasures((await readRun(folder)).record.configuration);
    for await (const prediction of readPredictions(folder)) {
      const { id, reference = "" } = prediction;
      const row = rows.get(id) ?? {
        id,
        intent: intentOf(prediction),
        length: reference.length,
        cells: folders.map(() => null),
      };
      row.cells[i] = cellOf(prediction, measures);
      rows.set(id, row);
    }
  }
  return [...rows.values()];
}

function intentOf({ id, intent, hole }: Prediction): string {
  return intent ?? (hole ? `${hole.path}:${hole.line}:${hole.column}` : id);
}

/** The first measure of a suite decides whether a task counts as solved. */
function cellOf(prediction: Prediction, measures: readonly RunMeasure[]): TaskCell {
  const { predictions, reference, hole } = prediction;
  if (hole) {
    const { exact, similarity } = compareFilling(predictions[0] ?? "", reference ?? "");
    return { isRight: exact, similarity: rounded(similarity) };
  }
  const [measure] = measures;
  const numbers = measure!.count(prediction);
  const [score = 0] = numbers ? Object.values(measure!.scores(numbers)) : [];
  if (reference === undefined) return { isRight: score > 0 };
  return { isRight: score > 0, similarity: rounded(editSimilarity.count(predictions, reference)[1]!) };
}

/** Three digits order tasks as well as fifteen, and a list of many runs is sent in half the time. */
function rounded(similarity: number): number {
  return Math.round(similarity * 1000) / 1000;
}

/** A run's answers to one task, best first. */
export interface TaskAnswers {
  readonly predictions: readonly {
    readonly text: string;
    readonly logProbability?: number;
    /** What running its tests found. */
    readonly verdict?: { readonly passed: boolean; readonly output: string };
  }[];
  /** The prompt that the model read; absent if the editor's completer wrote it. */
  readonly prompt?: string;
}

export interface TaskDetail {
  readonly id: string;
  readonly intent: string;
  readonly reference?: string;
  /** A hole's place in its file. */
  readonly place?: { readonly path: string; readonly line: number; readonly column: number };
  /** In the order of the runs; null for a run without an answer. */
  readonly answers: readonly (TaskAnswers | null)[];
}

export interface AskedRun {
  readonly folder: string;
  readonly options: EvaluationOptions;
}

/** @throws UserError "run-missing" if no run has the task */
export async function taskDetail(runs: readonly AskedRun[], id: string): Promise<TaskDetail> {
  let found: Prediction | undefined;
  const answers: (TaskAnswers | null)[] = [];
  for (const { folder, options } of runs) {
    const prediction = await predictionOf(folder, id);
    found ??= prediction;
    const prompt = prediction && (await promptOf(folder, options, id));
    answers.push(prediction ? answersOf(prediction, prompt) : null);
  }
  if (!found) throw new UserError("run-missing", say`Cannot show the task ${id}: no run has it.`, say`Evaluate again.`);
  const { reference, hole } = found;
  return {
    id,
    intent: intentOf(found),
    ...(reference !== undefined && { reference }),
    ...(hole && { place: { path: hole.path, line: hole.line, column: hole.column } }),
    answers,
  };
}

function answersOf({ predictions, logProbabilities, verdicts }: Prediction, prompt: string | undefined): TaskAnswers {
  return {
    predictions: predictions.map((text, i) => {
      const [logProbability, verdict] = [logProbabilities?.[i], verdicts?.[i]];
      return {
        text,
        ...(logProbability !== undefined && { logProbability }),
        ...(verdict && {
          verdict: { passed: verdict.passed, output: verdict.passed ? "" : `${verdict.reason}: ${verdict.detail}` },
        }),
      };
    }),
    ...(prompt !== undefined && { prompt }),
  };
}

async function predictionOf(folder: string, id: string): Promise<Prediction | undefined> {
  for await (const prediction of readPredictions(folder)) if (prediction.id === id) return prediction;
  return undefined;
}

/** Writes the prompt again if the suite is still the one that the run used. */
async function promptOf(folder: string, options: EvaluationOptions, id: string): Promise<string | undefined> {
  const { configuration } = (await readRun(folder)).record;
  if (configuration.suite.kind !== "pairs") return undefined;
  try {
    const settings = readEvaluationOptions(options);
    const { dataFolder, shippedData } = settings;
    const read = { dataFolder, ...(shippedData !== undefined && { shippedData }) };
    const { suite, examples } = await openPromptedPairs(settings, read);
    try {
      if (suite.hash !== configuration.suite.hash) return undefined;
      for await (const task of suite.each()) if (task.id === id) return task.prompts[0];
      return undefined;
    } finally {
      await examples?.release();
    }
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
