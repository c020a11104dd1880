/** The results of a study: for each suite a table with marks, and the tests between its candidates. Runs no model. */

import type { Said } from "../../foundation/words/said.ts";
import { measureFormat } from "../measures/measureFormat.ts";
import { fewestItems } from "../measures/verdict.ts";
import { readRun, runsFolder, type RunSummary } from "../runs/runFolder.ts";
import { isGarbage } from "../scoring/codeless.ts";
import { rowsOf, type RunRow } from "../scoring/runTable.ts";
import { tableNote } from "../scoring/tableNote.ts";
import { adapterEffects, type AdapterEffect } from "./comparison/adapterEffects.ts";
import { countSeeds, type SeedCounts } from "./comparison/countSeeds.ts";
import { marksOf, type Mark } from "./comparison/marks.ts";
import { pairTest, type Differences, type Tested } from "./comparison/pairTests.ts";
import type { PlannedRun, StudyPlan } from "./studyPlan.ts";
import { join } from "node:path";

/** A candidate's row, its seeds together. */
export interface StudyRow extends RunRow {
  /** Its position in the study. */
  readonly number: number;
  /** By measure. */
  readonly marks: Readonly<Record<string, Mark>>;
}

/** The test between two rows. */
export interface PairTest {
  readonly first: number;
  readonly second: number;
  /** By measure: the first row's score minus the second's. */
  readonly differences: Differences;
}

export interface SuiteReport {
  readonly suite: string;
  readonly protocol: string;
  /** Names of the measures, in display order. */
  readonly measures: readonly string[];
  readonly rows: readonly StudyRow[];
  /** Between any two rows, by their positions in `rows`. */
  readonly tests: readonly PairTest[];
  /** Adapters against their base alone. */
  readonly effects: readonly AdapterEffect[];
  readonly fewestItems: number;
  /** Present if the candidates had different prompts, or answers without code. */
  readonly note?: Said;
}

export interface StudyReport {
  readonly title: string;
  readonly suites: readonly SuiteReport[];
}

/** Reports the finished runs of a plan. Plain JSON, because it crosses process borders. */
export async function reportStudy(plan: StudyPlan, home: string, signal?: AbortSignal): Promise<StudyReport> {
  const suites: SuiteReport[] = [];
  for (const suite of new Set(plan.runs.map((run) => run.suite))) {
    const candidates = new Map<number, RunSummary[]>();
    for (const run of plan.runs.filter((each) => each.suite === suite && each.isFinished)) {
      const found = await readRun(join(runsFolder(home), run.id!));
      candidates.set(run.candidate, [...(candidates.get(run.candidate) ?? []), found]);
    }
    if (candidates.size > 0) suites.push(await reportSuite(candidates, plan.runs, home, signal));
  }
  return { title: plan.title, suites };
}

async function reportSuite(
  candidates: ReadonlyMap<number, readonly RunSummary[]>,
  planned: readonly PlannedRun[],
  home: string,
  signal: AbortSignal | undefined,
): Promise<SuiteReport> {
  const rows = [...candidates].map(([number, runs]) => {
    const { candidateName } = planned.find(({ id }) => id === runs[0]!.id)!;
    return { ...rowsOf(runs)[0]!, candidate: candidateName, number };
  });
  const tested = [...candidates.values()].map((runs): Tested => {
    let counting: Promise<SeedCounts> | undefined;
    return {
      runs,
      counted: () =>
        (counting ??= countSeeds(
          runs.map(({ folder }) => folder),
          { signal },
        )),
    };
  });
  const tests: PairTest[] = [];
  for (const [first, one] of tested.entries()) {
    for (const [second, other] of tested.entries()) {
      if (second > first) tests.push({ first, second, differences: await pairTest(one, other, home, signal) });
    }
  }
  const measures = [...new Set(rows.flatMap(({ scores }) => Object.keys(scores)))];
  const marks = Object.fromEntries(measures.map((name) => [name, marksIn(rows, name, tests)]));
  const note = tableNote(rows);
  return {
    suite: rows[0]!.suite,
    protocol: rows[0]!.protocol,
    measures,
    rows: rows.map((row, i) => {
      const own = measures.flatMap((name) => {
        const mark = marks[name]![i];
        return mark ? [[name, mark] as const] : [];
      });
      return { ...row, marks: Object.fromEntries(own) };
    }),
    tests,
    effects: adapterEffects(
      [...candidates.values()].map(([run], i) => ({
        candidate: rows[i]!.candidate,
        configuration: run!.record.configuration,
      })),
      measures,
      tests,
    ),
    fewestItems,
    ...(note !== undefined && { note }),
  };
}

function marksIn(rows: readonly RunRow[], name: string, tests: readonly PairTest[]): (Mark | undefined)[] {
  const pairs = tests.flatMap(({ first, second, differences }) => {
    const found = differences[name];
    return found ? [{ first, second, verdict: found.verdict, p: found.p }] : [];
  });
  const marks = marksOf(
    rows.map(({ scores }) => scores[name]?.value),
    measureFormat(name).better,
    pairs,
  );
  // Points for answers without code are no merit, so such a row gets no mark. The other rows keep the marks from their tests against it.
  return marks.map((mark, i) => (isGarbage(rows[i]!) ? undefined : mark));
}
