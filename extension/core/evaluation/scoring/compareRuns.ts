/** Compares two runs on the items that both have. */

import { UserError } from "../../foundation/errors.ts";
import { seededRandom } from "../../foundation/random.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { measureFormat } from "../measures/measureFormat.ts";
import { pairedTest, type Difference } from "../measures/resample.ts";
import { fewestItems, verdictOf, type Verdict } from "../measures/verdict.ts";
import { lostPredictions } from "../runs/runErrors.ts";
import type { RunSummary } from "../runs/runFolder.ts";
import type { RunConfiguration } from "../runs/runRecord.ts";
import { openRunMeasures, type RunMeasure } from "./runMeasures.ts";
import { countRun, type RunCounts } from "./scoreRun.ts";

export interface Comparison {
  /** Tasks or holes that both have predictions for. */
  readonly items: number;
  /** The fewest items for a verdict. */
  readonly fewestItems: number;
  /** By measure: the first run's score minus the second's, and the evidence. */
  readonly differences: Readonly<Record<string, Difference & { readonly verdict: Verdict }>>;
}

const resamples = 1000;

/** @throws UserError "runs-differ" if they cannot be compared */
export async function compareRuns(first: RunSummary, second: RunSummary, signal?: AbortSignal): Promise<Comparison> {
  const [one, other] = [first.record.configuration, second.record.configuration];
  checkSame(first, second, say`suites`, ({ suite: { name, hash } }) => ({ name, content: hash }));
  checkSame(first, second, say`protocols`, ({ protocol }) => ({ name: protocol, content: protocol }));
  // Runs of one suite with different numbers of answers have different measures. The comparison uses those that both have.
  const [measures, otherMeasures] = [await openRunMeasures(one), await openRunMeasures(other)];
  const counts = await countRun(first.folder, measures, { signal });
  const others = await countRun(second.folder, otherMeasures, { signal });
  for (const [run, { items }] of [[first, counts] as const, [second, others] as const]) {
    const expected = run.result?.items ?? items;
    if (items !== expected) throw lostPredictions(say`Cannot compare ${run.folder}`, items, expected);
  }
  const differences = differencesOf({ measures, counts }, { measures: otherMeasures, counts: others }, { signal });
  if (Object.keys(differences).length === 0) {
    const message = say`Cannot compare ${first.id} with ${second.id}: no item has predictions in both.`;
    throw new UserError("runs-differ", message, say`Wait until both runs finish, and compare again.`);
  }
  const items = pairsOf(counts.ids, others.ids).length;
  return { items, fewestItems, differences };
}

/** The numbers that a run's items add to its measures. */
export interface Counted {
  readonly measures: readonly RunMeasure[];
  readonly counts: Omit<RunCounts, "codeless">;
}

export interface DifferenceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Selects measures by one of their names; all by default. */
  readonly isAsked?: (name: string) => boolean;
}

/** Tests the measures that both have on the items that both have. Without such items there is no difference. */
export function differencesOf(
  { measures, counts }: Counted,
  { measures: otherMeasures, counts: others }: Counted,
  { signal, isAsked = () => true }: DifferenceOptions,
): Comparison["differences"] {
  const differences = measures.map((each, i) => {
    const at = otherMeasures.findIndex((other) => commonOf(each, other));
    const measure = at < 0 ? undefined : commonOf(each, otherMeasures[at]!);
    if (!measure || !namesOf(measure).some(isAsked)) return [];
    const [own, its] = [counts.measures[i]!, others.measures[at]!];
    const pairs = pairsOf(own.ids, its.ids);
    if (pairs.length === 0) return [];
    const rows = pairs.map(([row]) => own.rows[row]!.slice(0, measure.width));
    const otherRows = pairs.map(([, row]) => its.rows[row]!.slice(0, measure.width));
    const found = pairedTest(measure, rows, otherRows, { random: seededRandom(42, `measure ${i}`), resamples, signal });
    return Object.entries(found ?? {}).map(
      ([name, one]) => [name, { ...one, verdict: verdictOf(one, pairs.length, measureFormat(name).better) }] as const,
    );
  });
  return Object.fromEntries(differences.flat());
}

/**
 * Returns the measure that both runs can be compared by: of the two, the one with fewer names, if these are the first names of the other.
 * Exact match with fewer answers has the first of the names and numbers that it has with more. Undefined if the two measure different
 * things.
 */
function commonOf(one: RunMeasure, other: RunMeasure): RunMeasure | undefined {
  const [fewer, more] = one.width <= other.width ? [one, other] : [other, one];
  const names = namesOf(more);
  return namesOf(fewer).every((name, i) => name === names[i]) ? fewer : undefined;
}

function namesOf(measure: RunMeasure): string[] {
  return Object.keys(measure.scores(new Float64Array(measure.width)));
}

/** Returns the indices of each item in the first and in the second. */
function pairsOf(ids: readonly string[], others: readonly string[]): (readonly [number, number])[] {
  const places = new Map(others.map((id, at) => [id, at]));
  return ids.flatMap((id, at) => {
    const place = places.get(id);
    return place === undefined ? [] : [[at, place] as const];
  });
}

/** @param of returns the part of a configuration that must have the same content in both */
function checkSame(
  first: RunSummary,
  second: RunSummary,
  what: Said,
  of: (configuration: RunConfiguration) => { readonly name: string; readonly content: string },
): void {
  const [one, other] = [of(first.record.configuration), of(second.record.configuration)];
  if (one.content === other.content) return;
  const [a, b] = [one.name, other.name];
  const message =
    a === b
      ? say`Cannot compare ${first.id} with ${second.id}: their ${what} differ, the file ${a} has changed between them.`
      : say`Cannot compare ${first.id} with ${second.id}: their ${what} differ, ${a} and ${b}.`;
  throw new UserError("runs-differ", message, say`Compare runs of the same suite and protocol.`);
}
