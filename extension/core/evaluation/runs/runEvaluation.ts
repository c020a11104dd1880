/**
 * An evaluation from end to end, whatever the kind of its suite: a candidate's predictions and their scores, in their
 * own folder. The one entry point for the command line and the editor.
 */

import { cpus, totalmem } from "node:os";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { reproduciblePlacements, withFallback } from "../../devices/placements.ts";
import type { Device, Placement } from "../../runtime/device.ts";
import { firstProblem, tellProblems, type Problem } from "../../dataset/example.ts";
import { UserError } from "../../foundation/errors.ts";
import { counted } from "../../foundation/words/quantities.ts";
import { english, say, verbatim } from "../../foundation/words/said.ts";
import type { Candidate } from "../candidates/candidate.ts";
import { openCandidate } from "../candidates/openCandidate.ts";
import type { EvaluationSuite } from "./evaluationSuite.ts";
import { openSuite } from "./openSuite.ts";
import { withTimeLeft, type EvaluationControl, type PhaseControl } from "./progress.ts";
import { readEvaluationOptions, type EvaluationOptions, type EvaluationSettings } from "./evaluationRequest.ts";
import { openRun, readRun, readTexts, tasksOf, type OpenRun, type RunSummary } from "./runFolder.ts";
import { openRunMeasures, type RunMeasure } from "../scoring/runMeasures.ts";
import { lostPredictions } from "./runErrors.ts";
import {
  candidateName,
  type Chunk,
  type RunConfiguration,
  type RunRecord,
  type RunResult,
  type TextCost,
} from "./runRecord.ts";
import { countRun, scoresOf, type RunCounts } from "../scoring/scoreRun.ts";

/**
 * Returns the finished run. Resumes an interrupted run with the same options; returns a finished one as it is, unless
 * `fresh`.
 *
 * @throws the reason of the signal or of `pause` once it is aborted, with predictions kept; UserErrors about suite, base,
 * adapters, options and disk
 */
export async function runEvaluation(
  options: EvaluationOptions,
  { signal, pause, log, onProgress }: EvaluationControl,
): Promise<RunSummary> {
  const settings = readEvaluationOptions(options);
  const suite = await openSuite(settings, signal);
  try {
    tellProblems(suite, log);
    const base = await resolveBase(settings.base, { ...settings, log, signal });
    const placements = await reproduciblePlacements({
      device: settings.device,
      home: settings.home,
      base: base.hash,
      log,
    });
    return await withFallback(placements, { log }, (placement, isAgain) =>
      // The next device continues the same run.
      evaluateOn(placement, suite, isAgain ? { ...settings, fresh: false } : settings, {
        signal,
        pause,
        log,
        onProgress,
      }),
    );
  } finally {
    await suite.release();
  }
}

async function evaluateOn(
  placement: Placement,
  suite: EvaluationSuite,
  settings: EvaluationSettings,
  { signal, pause, log, onProgress }: EvaluationControl,
): Promise<RunSummary> {
  const candidate = await openCandidate({ ...settings, placement }, { log, signal });
  const configuration = { ...suite.configuration, ...candidate.configuration };
  const record = recordOf(configuration, candidate, suite, placement.device);
  const run = await openRun(settings.home, record, settings.fresh);
  const name = candidateName(configuration);
  const tell = withTimeLeft((progress) => onProgress?.({ run: run.id, candidate: name, ...progress }));
  const control = { signal, log, onProgress: tell };
  try {
    if (run.result) {
      const finished = await readRun(run.folder);
      log.info(`This run is already finished, see ${run.folder}. Give --fresh to evaluate again.`);
      return finished;
    }
    if (run.lost > 0) {
      const tasks = counted(run.lost, "task is", { many: "tasks are" });
      log.warn(`${tasks} predicted again: predictions in ${run.folder} are gone.`);
    }
    if (run.chunks.length > 0) log.info(`Resuming ${run.folder}.`);
    await suite.predict(pausing(run, pause, configuration.suite.tasks), candidate, control);
    await run.finish(await resultOf(run, suite, configuration, control));
    return await readRun(run.folder);
  } finally {
    await run.release();
  }
}

/** Ends the predictions after the chunk during which `pause` is aborted, unless it is the last. */
function pausing(run: OpenRun, pause: AbortSignal | undefined, tasks: number): OpenRun {
  return {
    ...run,
    append: async (...chunk) => {
      await run.append(...chunk);
      if (tasksOf(run.chunks) < tasks) pause?.throwIfAborted();
    },
  };
}

function recordOf(
  configuration: RunConfiguration,
  { trainings }: Candidate,
  { problems }: EvaluationSuite,
  device: Device,
): RunRecord {
  const processors = cpus();
  return {
    format: 2,
    configuration,
    startedAt: new Date().toISOString(),
    machine: {
      platform: `${process.platform}-${process.arch}`,
      processor: processors[0]?.model ?? "unknown",
      cores: processors.length,
      memoryBytes: totalmem(),
      node: process.versions.node,
      ...(device !== "cpu" && { device }),
    },
    trainings,
    problems: problems.map(inEnglish),
  };
}

async function resultOf(
  run: OpenRun,
  suite: EvaluationSuite,
  configuration: RunConfiguration,
  { signal, onProgress }: PhaseControl,
): Promise<RunResult> {
  const { chunks } = run;
  const isHeldOut = configuration.suite.kind === "infilling";
  const problems = [...suite.problems.map(inEnglish), ...chunks.flatMap((chunk) => chunk.problems)];
  const total = tasksOf(chunks) - problems.length + suite.problems.length;
  if (total === 0) throw emptyRun(run.folder, problems);
  const measures = await openRunMeasures(configuration);
  const counts = await countRun(run.folder, measures, {
    signal,
    // Holes take no noticeable time to score.
    ...(!isHeldOut && { onProgress: (done) => onProgress({ phase: "scoring", done, total }) }),
  });
  const texts = await readTexts(run.folder);
  if (counts.items + texts.length !== total) {
    throw lostPredictions(say`Cannot score ${run.folder}`, counts.items, total - texts.length);
  }
  return {
    items: counts.items,
    ...(counts.codeless > 0 && { codeless: counts.codeless }),
    scores: scoresOf(counts, measures, configuration.seed, signal),
    ...(isHeldOut && { heldOut: heldOutOf(texts, counts, measures) }),
    problems,
    ...spent(chunks),
    finishedAt: new Date().toISOString(),
  };
}

function heldOutOf(
  texts: readonly TextCost[],
  counts: RunCounts,
  measures: readonly RunMeasure[],
): NonNullable<RunResult["heldOut"]> {
  const holes = measures.flatMap(({ group }, i) => {
    const { items } = counts.measures[i]!;
    return group !== undefined && items > 0 ? [[group, items] as const] : [];
  });
  const bytes = texts.reduce((sum, text) => sum + text.bytes, 0);
  return { files: texts.length, bytes, holes: Object.fromEntries(holes) };
}

/** Tokens per second exclude the time for files that are only measured in bits per byte. */
function spent(
  chunks: readonly Chunk[],
): Pick<RunResult, "shortened" | "tokens" | "seconds" | "tokensPerSecond" | "peakMemoryBytes"> {
  const sum = (of: "tokens" | "seconds" | "shortened", over = chunks): number =>
    over.reduce((all, chunk) => all + chunk[of], 0);
  const generating = sum(
    "seconds",
    chunks.filter(({ texts }) => !texts),
  );
  return {
    shortened: sum("shortened"),
    tokens: sum("tokens"),
    seconds: sum("seconds"),
    tokensPerSecond: generating > 0 ? sum("tokens") / generating : 0,
    peakMemoryBytes: Math.max(0, ...chunks.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
}

/** Runs store problems in English, because they are read outside the editor, too. */
function inEnglish({ where, message }: Problem): RunResult["problems"][number] {
  return { where, message: english(message) };
}

function emptyRun(folder: string, problems: RunResult["problems"]): UserError {
  const first = problems[0]!;
  const because = firstProblem(problems.length, { ...first, message: verbatim(first.message) });
  return new UserError(
    "run-empty",
    say`Cannot score ${folder}: no task has predictions. ${because}`,
    say`Use another base.`,
  );
}
