/** The runs of a study, and the runs that answered the same questions with earlier data, bases or versions. Runs no model. */

import { isShown, measureFormat, valueText } from "../measures/measureFormat.ts";
import { listRuns, type RunSummary } from "../runs/runFolder.ts";
import type { StudyPlan } from "../study/studyPlan.ts";
import { changedInputs } from "./changedInputs.ts";
import type { InputName } from "./names.ts";
import { runFacts, type Fact } from "./runFacts.ts";

/** Plain JSON, because it crosses process borders. */
export interface HistoryEntry {
  readonly id: string;
  readonly candidate: string;
  readonly suite: string;
  readonly startedAt: string;
  /** "EM@1 12.00 %, chrF 30.10 %"; empty until it is finished. */
  readonly scores: string;
  /** Whether the study's tables show it. */
  readonly isPlanned: boolean;
  /** The inputs that differ between the study and the run; none for runs that the study plans. */
  readonly changed: readonly InputName[];
  readonly facts: readonly Fact[];
}

/** Returns the runs from the newest to the oldest. */
export async function studyHistory({ runs: planned }: Omit<StudyPlan, "order">, home: string): Promise<HistoryEntry[]> {
  const known = await listRuns(home);
  return known.toReversed().flatMap((run) => {
    const own = planned.find(({ id }) => id === run.id);
    if (own) return [entryOf(run, own.candidateName, [])];
    for (const { configuration, candidateName } of planned) {
      const changed = configuration && changedInputs(run.record.configuration, configuration);
      if (changed && changed.length > 0) return [entryOf(run, candidateName, changed)];
    }
    return [];
  });
}

function entryOf(run: RunSummary, candidate: string, changed: readonly InputName[]): HistoryEntry {
  const { id, record, result } = run;
  const shown = Object.entries(result?.scores ?? {}).filter(([name]) => isShown(name, "page"));
  return {
    id,
    candidate,
    suite: record.configuration.suite.name,
    startedAt: record.startedAt,
    scores: shown.map(([name, { value }]) => scoreText(name, value)).join(", "),
    isPlanned: changed.length === 0,
    changed,
    facts: runFacts(run),
  };
}

function scoreText(name: string, value: number): string {
  const { title, unit } = measureFormat(name);
  return `${title} ${valueText(name, value)}${unit === "" ? "" : ` ${unit}`}`;
}
