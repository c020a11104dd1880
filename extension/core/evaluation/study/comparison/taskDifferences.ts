/** How two candidates of a study differ on each task, by one measure. Runs no model. */

import { UserError } from "../../../foundation/errors.ts";
import { say } from "../../../foundation/words/said.ts";
import { measureFormat } from "../../measures/measureFormat.ts";
import { countSeeds, type CountOptions } from "./countSeeds.ts";
import type { SuiteReport } from "../studyReport.ts";
import type { Differences } from "./pairTests.ts";

export interface TaskDifference {
  readonly id: string;
  /** The first candidate's score of this task minus the second's. */
  readonly difference: number;
}

export interface TaskDifferences {
  readonly measure: string;
  /** Sorted, with the first candidate's largest win first. */
  readonly tasks: readonly TaskDifference[];
  /** Tasks on which the first is better, worse, and equal. */
  readonly won: number;
  readonly lost: number;
  readonly tied: number;
}

/** Below this, scores differ by rounding. */
const smallest = 1e-9;

/**
 * @param first folders of a candidate's runs, one per seed
 * @throws UserError "runs-differ" if no task has predictions of both
 */
export async function taskDifferences(
  first: readonly string[],
  second: readonly string[],
  measure: string,
  signal?: AbortSignal,
): Promise<TaskDifferences> {
  const [scores, others] = [
    await taskScores(first, { measure, signal }),
    await taskScores(second, { measure, signal }),
  ];
  const sign = measureFormat(measure).better === "higher" ? 1 : -1;
  const tasks = [...scores].flatMap(([id, score]) => {
    const other = others.get(id);
    if (other === undefined) return [];
    const difference = score - other;
    return [{ id, difference: Math.abs(difference) < smallest ? 0 : difference }];
  });
  if (tasks.length === 0) {
    const message = say`Cannot show differences by ${measure}: no task has predictions of both.`;
    throw new UserError("runs-differ", message, say`Choose candidates whose runs are finished, and another measure.`);
  }
  const won = tasks.filter(({ difference }) => sign * difference > 0).length;
  const lost = tasks.filter(({ difference }) => sign * difference < 0).length;
  return {
    measure,
    tasks: tasks.toSorted((one, other) => sign * (other.difference - one.difference)),
    won,
    lost,
    tied: tasks.length - won - lost,
  };
}

/** Scores each task by itself. Measures of a whole suite, such as chrF, are more than the mean of these. */
async function taskScores(folders: readonly string[], options: Required<CountOptions>): Promise<Map<string, number>> {
  const { measures, counts } = await countSeeds(folders, options);
  const [measure] = measures;
  const [counted] = counts.measures;
  if (!measure || !counted) return new Map();
  return new Map(counted.ids.map((id, i) => [id, measure.scores(counted.rows[i]!)[options.measure]!]));
}

/** A question about two candidates of a suite. Plain JSON, because it crosses process borders. */
export interface AskedDifferences {
  /** "conala, paper-v2" */
  readonly suite: string;
  readonly first: DifferingCandidate;
  readonly second: DifferingCandidate;
  readonly measure: string;
  /** The paired test on the whole suite. */
  readonly whole?: {
    readonly difference: number;
    readonly interval: { low: number; high: number };
    /** Absent if there are too few tasks for a verdict. */
    readonly p?: number;
  };
}

interface DifferingCandidate {
  readonly name: string;
  /** One per seed. */
  readonly folders: readonly string[];
}

/** Returns the question about two rows of the report, `first` and `second`, given by their positions. */
export function askDifferences(
  { suite, protocol, rows, tests }: SuiteReport,
  { first, second, measure }: { readonly first: number; readonly second: number; readonly measure: string },
  folderOf: (run: string) => string,
): AskedDifferences {
  const candidate = (row: number): DifferingCandidate => ({
    name: rows[row]!.candidate,
    folders: rows[row]!.runs.map(folderOf),
  });
  const test = tests.find((each) => each.first === Math.min(first, second) && each.second === Math.max(first, second));
  const found = test?.differences[measure];
  return {
    suite: `${suite}, ${protocol}`,
    first: candidate(first),
    second: candidate(second),
    measure,
    ...(found && { whole: wholeOf(found, first > second) }),
  };
}

function wholeOf({ difference, interval: { low, high }, p, verdict }: Differences[string], isTurned: boolean) {
  return {
    difference: isTurned ? -difference : difference,
    interval: isTurned ? { low: -high, high: -low } : { low, high },
    ...(verdict !== "tooFew" && { p }),
  };
}
