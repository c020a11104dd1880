/**
 * The JSON output of graft evaluate. Fields keep the names of earlier versions: a candidate is a "contender", a hole a
 * "spot".
 */

import type { Comparison } from "../../core/evaluation/scoring/compareRuns.ts";
import type { EvaluationProgress } from "../../core/evaluation/runs/progress.ts";
import type { RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import { withFormerName, type RunRow } from "../../core/evaluation/scoring/runTable.ts";
import { holeKinds, type HoleKind } from "../../core/evaluation/suites/drawHoles.ts";
import { placesOf } from "../../core/evaluation/suites/holes.ts";
import { count, duration } from "../output.ts";

/** A candidate's runs, one per seed, and their combined scores. */
export interface Evaluated {
  readonly runs: readonly RunSummary[];
  readonly row: RunRow;
}

export function progressFields({ last: _last, ...progress }: EvaluationProgress): Record<string, unknown> {
  const phase = progress.phase === "infilling" ? "fills" : progress.phase;
  return { ...progress, phase, contender: progress.candidate };
}

export function progressText(progress: EvaluationProgress): string {
  const { candidate, phase, done, total, etaSeconds, tokensPerSecond } = progress;
  const all = total === undefined ? "" : ` of ${count(total)}`;
  const speed = tokensPerSecond === undefined ? "" : `, ${Math.round(tokensPerSecond)} tokens/s`;
  const left = etaSeconds === undefined ? "" : `, ${duration(etaSeconds)} left`;
  return `${candidate}: ${phase} ${count(done)}${all}${speed}${left}`;
}

export function taskResult(
  evaluated: readonly Evaluated[],
  comparisons: readonly Comparison[],
): Record<string, unknown> {
  const { runs, row } = evaluated[0]!;
  const [first] = runs;
  const { record, result } = first!;
  const contenders = evaluated.map((each, i) => {
    return { ...withFormerName(each.row), ...reportedScores(each.row), comparison: comparisons[i - 1] };
  });
  return {
    suite: row.suite,
    protocol: row.protocol,
    candidate: first!.candidate,
    contender: first!.candidate,
    items: result?.items,
    ...reportedScores(row),
    run: first!.id,
    folder: first!.folder,
    shortened: result?.shortened,
    tokens: result?.tokens,
    seconds: result?.seconds,
    tokensPerSecond: result?.tokensPerSecond,
    peakMemoryBytes: result?.peakMemoryBytes,
    adapters: record.configuration.adapters,
    problems: result?.problems,
    contenders,
    runs: evaluated.flatMap((each) => each.runs.map(({ id }) => id)),
  };
}

/** Collects CodeBLEU and its parts in one object. */
function reportedScores({ scores }: RunRow): object {
  const nested = (of: (score: RunRow["scores"][string]) => unknown): Record<string, unknown> => {
    const plain: Record<string, unknown> = {};
    const codebleu: Record<string, unknown> = {};
    for (const [name, score] of Object.entries(scores)) {
      const [whole, part] = name.split(".");
      if (whole === "codebleu") codebleu[part ?? "score"] = of(score);
      else plain[name] = of(score);
    }
    return Object.keys(codebleu).length === 0 ? plain : { ...plain, codebleu };
  };
  return {
    metrics: nested(({ value }) => value),
    ...(Object.values(scores).some((score) => "deviation" in score)
      ? { deviations: nested((score) => ("deviation" in score ? score.deviation : 0)) }
      : { intervals: nested((score) => ("low" in score ? { low: score.low, high: score.high } : null)) }),
  };
}

export function heldOutResult(
  evaluated: readonly Evaluated[],
  comparisons: readonly Comparison[],
): Record<string, unknown> {
  const { runs, row } = evaluated[0]!;
  const { result, record } = runs[0]!;
  const contenders = evaluated.map(heldOutContender);
  const { name: _name, runs: _runs, ...metrics } = contenders[0]!;
  return {
    suite: row.suite,
    seed: record.configuration.seed,
    files: result?.heldOut?.files,
    bytes: result?.heldOut?.bytes,
    items: row.items,
    metrics,
    contenders,
    comparisons,
    problems: result?.problems,
    runs: evaluated.flatMap((each) => each.runs.map(({ id }) => id)),
  };
}

function heldOutContender({ runs, row }: Evaluated): Record<string, unknown> {
  const holes = runs[0]!.result?.heldOut?.holes ?? {};
  /** For a kind of hole, or one of its places: "line", "line.word". */
  const filled = (group: string): object => {
    const scores = ["exact", "editSimilarity", "offered", "parses"].map((name) => [
      name,
      row.scores[`${group}.${name}`],
    ]);
    return { spots: holes[group] ?? 0, ...Object.fromEntries(scores) };
  };
  const places = (kind: HoleKind): object => {
    const found = placesOf[kind].filter((place) => `${kind}.${place}` in holes);
    return Object.fromEntries(found.map((place) => [place, filled(`${kind}.${place}`)]));
  };
  const fills = holeKinds.map((kind) => [kind, { ...filled(kind), places: places(kind) }]);
  return {
    name: row.candidate,
    bitsPerByte: row.scores["bitsPerByte"],
    fills: Object.fromEntries(fills),
    tokensPerSecond: row.tokensPerSecond,
    runs: row.runs,
  };
}
