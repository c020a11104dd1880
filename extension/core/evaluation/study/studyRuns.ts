/** The runs of a study: one for each suite, candidate and seed that go together. Opens nothing but the first rows of suites. */

import type { EvaluationOptions } from "../runs/evaluationRequest.ts";
import { suiteKind, type SuiteKind } from "../suites/suiteKind.ts";
import type { StudyPlaces } from "./studyPlaces.ts";
import { trainedAs } from "./studyTraining.ts";
import type { Study, StudyCandidate, StudySuite } from "./studyFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { say, type Said, type SaidProblem } from "../../foundation/words/said.ts";

/** A run that a study asks for. */
export interface StudyRun {
  /** Positions in the study. */
  readonly suite: number;
  readonly candidate: number;
  readonly seed: number;
  readonly options: EvaluationOptions;
}

/** A suite and a candidate without a run. */
export type LeftOut = { readonly suite: number; readonly candidate: number } & (
  | { /** Why the suite cannot be read: the study is incomplete without it. */ readonly problem: SaidProblem }
  | { /** Why the candidate does not apply to the suite. */ readonly reason: Said }
);

/** Returns the runs in the order in which they are executed: suite by suite, in the study's order. */
export async function studyRuns(
  study: Study,
  places: StudyPlaces,
  signal?: AbortSignal,
): Promise<{ runs: StudyRun[]; leftOut: LeftOut[] }> {
  const runs: StudyRun[] = [];
  const leftOut: LeftOut[] = [];
  for (const [suite, asked] of study.suites.entries()) {
    let kind: SuiteKind;
    try {
      kind = await suiteKind(asked.source, { ...places, signal });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      for (const candidate of study.candidates.keys()) leftOut.push({ suite, candidate, problem: error.said });
      continue;
    }
    for (const [candidate, tested] of study.candidates.entries()) {
      const reason = unsuited(kind, tested);
      if (reason === undefined) runs.push(...seeded(study, { suite, candidate, kind }, places));
      else leftOut.push({ suite, candidate, reason });
    }
  }
  return { runs, leftOut };
}

/** Whether the tasks of suites of this kind have a file and a repository around them. */
export function hasRepository(kind: SuiteKind): boolean {
  return kind === "infilling" || kind === "completion";
}

/** Returns why a candidate does not apply to suites of this kind. */
function unsuited(kind: SuiteKind, { mode, context, prior, draft, ngram }: StudyCandidate): Said | undefined {
  const hasExamples = mode === "icl" || mode === "rag";
  const hasHoles = hasRepository(kind);
  if (hasExamples && kind !== "pairs") return say`Only suites of pairs can have examples in front of their tasks.`;
  if (hasHoles) return undefined;
  if (ngram !== undefined) return say`N-grams only fill holes in code.`;
  const asksForFile = (context !== undefined && context !== "file") || prior !== undefined || draft !== undefined;
  return asksForFile ? say`Only tasks in code have a file and a repository around them.` : undefined;
}

function seeded(
  study: Study,
  { suite, candidate, kind }: { readonly suite: number; readonly candidate: number; readonly kind: SuiteKind },
  places: StudyPlaces,
): StudyRun[] {
  const tested = study.candidates[candidate]!;
  const seeds = tested.seeds ?? study.seeds;
  const options = optionsOf(study, study.suites[suite]!, tested, kind, places);
  const used = seedMatters(kind, tested, study) ? [...new Set(seeds)] : seeds.slice(0, 1);
  return used.map((seed) => ({ suite, candidate, seed, options: { ...options, seed } }));
}

/** A seed draws examples, samples and holes. Elsewhere predictions are the same with every seed. */
function seedMatters(kind: SuiteKind, { mode }: StudyCandidate, { decoding }: Study): boolean {
  const { greedy = false, beams, samples, temperature, topP } = decoding;
  const draws = [samples, temperature, topP].some((value) => value !== undefined);
  if (kind === "pairs") return mode === "icl" || draws;
  if (kind === "execution") return draws || (!greedy && beams === undefined);
  return kind === "infilling";
}

function optionsOf(
  { protocol, decoding, limit: all }: Study,
  { source, limit = all, examples }: StudySuite,
  candidate: StudyCandidate,
  kind: SuiteKind,
  places: StudyPlaces,
): EvaluationOptions {
  const { base, adapters = [], mode, shots, encoder, ngram } = candidate;
  const { context, contextTokens, repository, prior, draft } = candidate;
  const hasHoles = hasRepository(kind);
  const hasExamples = mode === "icl" || mode === "rag";
  const trained = trainedAs(candidate, places);
  const options: Record<string, unknown> = {
    ...places,
    base: trained?.base ?? base ?? "",
    adapters: trained?.adapter === undefined ? adapters : [...adapters, { folder: trained.adapter, scale: 1 }],
    suite: source,
    limit,
    ...(hasHoles
      ? { context, contextTokens, repository, prior, draft, ngram }
      : { protocol, mode: trained ? (mode ?? "trained") : mode, ...decoding }),
    ...(hasExamples && !hasHoles && { shots, examples, encoder: mode === "rag" ? encoder : undefined }),
  };
  // An absent option takes its default. An option that is present but undefined cannot cross a process border.
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return given as EvaluationOptions;
}
