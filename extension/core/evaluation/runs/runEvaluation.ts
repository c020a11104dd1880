/**
 * An evaluation from end to end: suite → prompts → predictions → scores, into a folder of its own. The one entry, for the
 * command line and the editor.
 */

import { cpus, totalmem } from "node:os";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { openBatchGenerator } from "../../inference/decoding/generateBatch.ts";
import { tellProblems } from "../../dataset/example.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import type { PromptedSuite } from "../prompts/promptedSuite.ts";
import type { RunChecks } from "../sandbox/openCheckRunner.ts";
import { openContender, type Contender } from "./contender.ts";
import { openSuite } from "./openSuite.ts";
import { readEvaluationOptions, type EvaluationOptions } from "./options.ts";
import { predictRun } from "./predictRun.ts";
import { openRun, readRun, tasksOf, type OpenRun, type RunSummary } from "./runFolder.ts";
import { contenderOf, type Prediction, type RunMaking, type RunRecord, type RunResult } from "./runRecord.ts";
import { countRun, openRunMeasures, scoresOf } from "./scoreRun.ts";

export type { EvaluationOptions } from "./options.ts";

export interface EvaluationControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly log: Log;
}

/** "predicting" counts tasks, "scoring" those that have predictions. */
export interface EvaluationProgress {
  /** The run's id. */
  readonly run: string;
  readonly contender: string;
  readonly phase: "predicting" | "scoring";
  readonly done: number;
  readonly total: number;
  /** While predicting: to the end of it. */
  readonly etaSeconds?: number;
  /** While predicting: since the start, or since it goes on. */
  readonly tokensPerSecond?: number;
  /** While predicting: what was predicted last. */
  readonly last?: Prediction;
}

/**
 * Evaluates, and gives the finished run. One with the same options that was interrupted goes on where it stopped; of one that is
 * finished the result is given, unless `fresh`.
 *
 * @throws the signal's reason once it is aborted: what was predicted stays; UserErrors of all that can be wrong with suite, base,
 * adapters, options and disk
 */
export async function runEvaluation(options: EvaluationOptions, control: EvaluationControl): Promise<RunSummary> {
  const { signal, log } = control;
  const settings = readEvaluationOptions(options);
  const { suite, making: asked, judge, release } = await openSuite(options, settings, signal);
  try {
    tellProblems(suite, log);
    const contender = await openContender(options, { log, signal });
    const making = { ...asked, ...contender.making };
    const run = await openRun(options.home, recordOf(making, contender, suite), options.fresh);
    try {
      if (run.result) log.info(`Evaluated before, see ${run.folder}; --fresh evaluates anew.`);
      else {
        if (run.chunks.length > 0) log.info(`Going on with ${run.folder}.`);
        await predict(run, { suite, judge }, contender, making, control);
        await run.finish(await resultOf(run, suite, making, control));
      }
      return await readRun(run.folder);
    } finally {
      await run.release();
    }
  } finally {
    await release();
  }
}

function recordOf(making: RunMaking, { trainings }: Contender, { problems }: PromptedSuite): RunRecord {
  const processors = cpus();
  return {
    format: 1,
    making,
    startedAt: new Date().toISOString(),
    machine: {
      platform: `${process.platform}-${process.arch}`,
      processor: processors[0]?.model ?? "unknown",
      cores: processors.length,
      memoryBytes: totalmem(),
      node: process.versions.node,
    },
    trainings,
    problems: [...problems],
  };
}

async function predict(
  run: OpenRun,
  { suite, judge }: { readonly suite: PromptedSuite; readonly judge: RunChecks | undefined },
  { base, adapters }: Contender,
  making: RunMaking,
  { signal, onProgress }: EvaluationControl,
): Promise<void> {
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const generator = await openBatchGenerator(base, tokenizer, adapters);
  const startedAt = performance.now();
  const total = making.suite.tasks;
  const before = tasksOf(run.chunks);
  let [done, tokens] = [before, 0];
  try {
    await predictRun(
      run,
      suite,
      { generator, tokenizer },
      {
        ...making,
        tasks: total,
        judge,
        signal,
        onPredicted: (last, written) => {
          done++;
          tokens += written;
          const seconds = (performance.now() - startedAt) / 1000;
          onProgress?.({
            run: run.id,
            contender: contenderOf(making),
            phase: "predicting",
            done,
            total,
            etaSeconds: (seconds / (done - before)) * (total - done),
            tokensPerSecond: tokens / seconds,
            last,
          });
        },
      },
    );
  } finally {
    await generator.release();
  }
}

async function resultOf(
  run: OpenRun,
  suite: PromptedSuite,
  making: RunMaking,
  { signal, onProgress }: EvaluationControl,
): Promise<RunResult> {
  const measures = await openRunMeasures(making);
  const { chunks } = run;
  const problems = [...suite.problems, ...chunks.flatMap((chunk) => chunk.problems)];
  const total = tasksOf(chunks) - problems.length + suite.problems.length;
  if (total === 0) {
    const { where, message } = problems[0]!;
    const because = `The first of ${problems.length} problems, ${where}: ${message}`;
    throw new UserError(
      "run-empty",
      `Cannot score ${run.folder}: no task has predictions. ${because}`,
      "Use another base.",
    );
  }
  const counts = await countRun(run.folder, measures, {
    signal,
    onProgress: (done) => onProgress?.({ run: run.id, contender: contenderOf(making), phase: "scoring", done, total }),
  });
  const sum = (of: "tokens" | "seconds" | "shortened"): number => chunks.reduce((all, chunk) => all + chunk[of], 0);
  const seconds = sum("seconds");
  return {
    items: counts.items,
    scores: scoresOf(counts, measures, making.seed, signal),
    shortened: sum("shortened"),
    problems,
    tokens: sum("tokens"),
    seconds,
    tokensPerSecond: sum("tokens") / seconds,
    peakMemoryBytes: Math.max(0, ...chunks.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    finishedAt: new Date().toISOString(),
  };
}
