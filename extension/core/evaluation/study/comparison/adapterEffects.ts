/** Whether adapters are better than their base alone, asked and answered under the same conditions: the paired tests in words. */

import { differenceText, intervalText, isShown, measureFormat, pText } from "../../measures/measureFormat.ts";
import type { RunConfiguration } from "../../runs/runRecord.ts";
import { holm } from "../../measures/verdict.ts";
import type { Differences } from "./pairTests.ts";

/** A candidate with adapters against the same candidate without. Plain JSON, because it crosses process borders. */
export interface AdapterEffect {
  readonly candidate: string;
  readonly without: string;
  readonly measure: string;
  /** The score with adapters minus that without. */
  readonly difference: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** Corrected for the number of effects (Holm). */
  readonly p: number;
  readonly verdict: "better" | "worse" | "none" | "tooFew";
}

interface Row {
  readonly candidate: string;
  readonly configuration: RunConfiguration;
}

/** The test between two rows, by their positions. */
interface Test {
  readonly first: number;
  readonly second: number;
  readonly differences: Differences;
}

const level = 0.05;

/**
 * Returns an effect for each row with adapters that has a row without, by the first measure of right answers. Bits per byte have few
 * files to test on.
 */
export function adapterEffects(
  rows: readonly Row[],
  measures: readonly string[],
  tests: readonly Test[],
): AdapterEffect[] {
  const measure = measures.find((name) => isShown(name, "page") && measureFormat(name).better === "higher");
  if (measure === undefined) return [];
  const found = rows.flatMap((row, own) => {
    if (row.configuration.adapters.length === 0) return [];
    const other = rows.findIndex(
      ({ configuration }) =>
        configuration.adapters.length === 0 && conditions(configuration) === conditions(row.configuration),
    );
    const test = tests.find(({ first, second }) => first === Math.min(own, other) && second === Math.max(own, other));
    const difference = test?.differences[measure];
    if (!test || !difference) return [];
    return [{ row, without: rows[other]!.candidate, isFirst: test.first === own, ...difference }];
  });
  const corrected = holm(found.map(({ p }) => p));
  return found.map(({ row, without, isFirst, difference, interval: { low, high }, verdict }, i) => {
    const p = corrected[i]!;
    const winner = isFirst ? "first" : "second";
    const isFound = (verdict === "first" || verdict === "second") && p < level;
    return {
      candidate: row.candidate,
      without,
      measure,
      difference: isFirst ? difference : -difference,
      interval: isFirst ? { low, high } : { low: -high, high: -low },
      p,
      verdict: verdict === "tooFew" ? "tooFew" : isFound ? (verdict === winner ? "better" : "worse") : "none",
    };
  });
}

/** All that decides predictions but the adapters. A model with adapters is asked as in training unless told. */
function conditions({ adapters: _adapters, mode, seed: _seed, ...rest }: RunConfiguration): string {
  const asked = mode === "trained" || mode === "zero-shot" ? "plain" : mode;
  return JSON.stringify(Object.entries({ ...rest, asked }).toSorted(([one], [other]) => one.localeCompare(other)));
}

/** "sql is better than nothing: EM@1 +8.00 (+4.00 to +12.00), p = 0.002." */
export function effectText({ candidate, without, measure, difference, interval, p, verdict }: AdapterEffect): string {
  const { title } = measureFormat(measure);
  const numbers = `${title} ${differenceText(measure, difference)} (${intervalText(measure, interval)}), ${pText(p)}`;
  switch (verdict) {
    case "better":
      return `${candidate} is better than ${without}: ${numbers}.`;
    case "worse":
      return `${candidate} is worse than ${without}: ${numbers}.`;
    case "none":
      return `No difference found between ${candidate} and ${without}: ${numbers}.`;
    case "tooFew":
      return `Too few tasks to tell ${candidate} from ${without}: ${numbers}.`;
  }
}
