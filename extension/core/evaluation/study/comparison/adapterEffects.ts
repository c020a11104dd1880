/** Says in words whether adapters are better than their base alone under the same conditions, by the paired tests. */

import { differenceText, intervalText, isShown, measureFormat, pText } from "../../measures/measureFormat.ts";
import type { RunConfiguration } from "../../runs/runRecord.ts";
import { holm, level } from "../../measures/verdict.ts";
import type { Differences } from "./pairTests.ts";

/** A candidate with adapters against the same candidate without. Plain JSON, because it crosses process borders. */
export interface AdapterEffect {
  readonly candidate: string;
  readonly without: string;
  /** One for each measure that fits a page. */
  readonly findings: readonly EffectFinding[];
}

export interface EffectFinding {
  readonly measure: string;
  /** The score with adapters minus the score without. */
  readonly difference: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** Corrected for the number of effects by this measure (Holm). */
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

/** Returns an effect for each row with adapters that has a counterpart without. */
export function adapterEffects(
  rows: readonly Row[],
  measures: readonly string[],
  tests: readonly Test[],
): AdapterEffect[] {
  const pairs = rows.flatMap(({ configuration }, own) => {
    if (configuration.adapters.length === 0) return [];
    const other = rows.findIndex(
      (row) => row.configuration.adapters.length === 0 && conditions(row.configuration) === conditions(configuration),
    );
    const test = tests.find(({ first, second }) => first === Math.min(own, other) && second === Math.max(own, other));
    return test ? [{ own, other, test }] : [];
  });
  const findings = measures
    .filter((measure) => isShown(measure, "page"))
    .map((measure) => {
      const known = pairs.map(({ test }) => test.differences[measure]);
      const ps = holm(known.flatMap((difference) => difference?.p ?? []));
      return pairs.map(({ own, test }, i) => {
        const found = known[i];
        return found && findingOf(measure, found, test.first === own, ps.shift()!);
      });
    });
  return pairs.map(({ own, other }, i) => ({
    candidate: rows[own]!.candidate,
    without: rows[other]!.candidate,
    findings: findings.flatMap((byPair) => byPair[i] ?? []),
  }));
}

/** @param isFirst whether the row with adapters is the first of the test */
function findingOf(
  measure: string,
  { difference, interval: { low, high }, verdict }: Differences[string],
  isFirst: boolean,
  p: number,
): EffectFinding {
  const isFound = (verdict === "first" || verdict === "second") && p < level;
  const isBetter = verdict === (isFirst ? "first" : "second");
  return {
    measure,
    difference: isFirst ? difference : -difference,
    interval: isFirst ? { low, high } : { low: -high, high: -low },
    p,
    verdict: verdict === "tooFew" ? "tooFew" : isFound ? (isBetter ? "better" : "worse") : "none",
  };
}

/**
 * Returns everything that decides predictions, except adapters and seed. By default, a model with adapters is prompted as in training and
 * a base zero-shot, so both modes count as the same.
 */
function conditions({ adapters: _adapters, mode, seed: _seed, ...rest }: RunConfiguration): string {
  const asked = mode === "trained" || mode === "zero-shot" ? "plain" : mode;
  return JSON.stringify(Object.entries({ ...rest, asked }).toSorted(([one], [other]) => one.localeCompare(other)));
}

/** "sql against nothing: better by CodeBLEU +0.1310 (0.0405 to 0.1791), p = 0.002; no difference found by EM@1." */
export function effectText({ candidate, without, findings }: AdapterEffect): string {
  const titles = (some: readonly EffectFinding[]): string =>
    some.map(({ measure }) => measureFormat(measure).title).join(", ");
  const of = (verdict: EffectFinding["verdict"]): EffectFinding[] => findings.filter((one) => one.verdict === verdict);
  const words = { better: "better by", worse: "worse by", none: "no difference found by", tooFew: "too few tasks for" };
  const parts = [
    ...of("better").map((one) => `${words.better} ${findingText(one)}`),
    ...of("worse").map((one) => `${words.worse} ${findingText(one)}`),
    ...(["none", "tooFew"] as const).flatMap((verdict) => {
      const some = of(verdict);
      return some.length === 0 ? [] : [`${words[verdict]} ${titles(some)}`];
    }),
  ];
  return `${candidate} against ${without}: ${parts.join("; ")}.`;
}

function findingText({ measure, difference, interval, p }: EffectFinding): string {
  const { title } = measureFormat(measure);
  return `${title} ${differenceText(measure, difference)} (${intervalText(measure, interval)}), ${pText(p)}`;
}

/**
 * Returns a note on the correction of the effects' p-values, which other tables and charts show uncorrected. Undefined if none was needed.
 */
export function correctionNote(effects: readonly AdapterEffect[]): string | undefined {
  const tested = effects.filter(({ findings }) => findings.some(({ verdict }) => verdict !== "tooFew")).length;
  if (tested < 2) return undefined;
  return `p in this list is corrected for its ${tested} comparisons by each measure (Holm); p of one test alone, as in the matrix of tests and in tests.csv, is not.`;
}
