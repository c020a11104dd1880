/** Opens suites of pairs or of tasks with tests as the suite of a run. */

import { join } from "node:path";
import packageJson from "../../../../package.json" with { type: "json" };
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { Candidate } from "../candidates/candidate.ts";
import { exampleSource, openExamples, type Examples } from "../prompts/examples.ts";
import { promptedExecution } from "../prompts/promptedExecution.ts";
import { promptedPairs } from "../prompts/promptedPairs.ts";
import type { PromptedSuite } from "../prompts/promptedSuite.ts";
import { protocols } from "../protocols/protocols.ts";
import { findSandbox } from "../sandbox/findSandbox.ts";
import { openCheckRunner, type RunChecks } from "../sandbox/openCheckRunner.ts";
import { openExecutionTasks } from "../suites/executionTasks.ts";
import { openPairTasks, type PairTask } from "../suites/pairTasks.ts";
import type { TaskOptions, Tasks } from "../suites/tasks.ts";
import type { EvaluationSuite } from "./evaluationSuite.ts";
import { predictTasks, type PredictOptions } from "./predictTasks.ts";
import type { PhaseControl } from "./progress.ts";
import { defaultDecoding, type EvaluationSettings } from "./evaluationRequest.ts";
import { tasksOf, type OpenRun } from "./runFolder.ts";

/** @throws UserErrors of reading suite and examples, and of opening an encoder */
export async function openPairs(settings: EvaluationSettings, read: TaskOptions): Promise<EvaluationSuite> {
  const { suite, tasks, examples } = await openPromptedPairs(settings, read);
  const configuration = {
    ...configurationOf(settings, "pairs", tasks),
    ...(examples && {
      examples: { name: examples.name, hash: examples.hash, retriever: examples.retriever },
    }),
  };
  return {
    name: suite.name,
    problems: suite.problems,
    configuration,
    predict: (run, candidate, control) => predictSuite(run, { suite, configuration }, candidate, control),
    release: async () => await examples?.release(),
  };
}

/** A suite of pairs with its prompts. The caller releases the examples. */
export interface PromptedPairs {
  readonly suite: PromptedSuite;
  readonly tasks: Tasks<PairTask>;
  readonly examples: Examples | undefined;
}

/** @throws UserErrors of reading suite and examples, and of opening an encoder */
export async function openPromptedPairs(settings: EvaluationSettings, read: TaskOptions): Promise<PromptedPairs> {
  const { protocol, mode, shots, seed } = settings;
  const tasks = await openPairTasks(settings.suite, read);
  let examples: Examples | undefined;
  if (mode === "icl" || mode === "rag") {
    const source = exampleSource(settings.suite, settings.examples);
    const cacheFolder = join(settings.home, "embeddings");
    examples = await openExamples({ mode, shots, seed, source, encoder: settings.encoder, cacheFolder }, read);
  }
  const shown = mode === "zero-shot" ? { of: async () => [] } : examples;
  const suite = promptedPairs(tasks, protocols[protocol](tasks.name), shown);
  return { suite, tasks, examples };
}

/** @throws UserErrors of reading the suite; "code-execution", "sandbox-missing" */
export async function openExecution(settings: EvaluationSettings, read: TaskOptions): Promise<EvaluationSuite> {
  if (settings.shots > 0) {
    const message = say`Cannot show examples for ${settings.suite}: its tasks have tests, but no reference code.`;
    throw new UserError("option-invalid", message, say`Evaluate without examples (zero-shot).`);
  }
  const tasks = await openExecutionTasks(settings.suite, read);
  const suite = await promptedExecution(tasks, settings.protocol);
  if (!settings.allowCodeExecution) {
    const message = say`Cannot evaluate on ${settings.suite} without running what the model writes: its tasks have tests.`;
    throw new UserError(
      "code-execution",
      message,
      say`Give --allow-code-execution: it runs in a sandbox, with limits.`,
    );
  }
  const unprotected = settings.withoutSandbox;
  const judge = openCheckRunner(await findSandbox({ signal: read.signal, unprotected }), { unprotected });
  const configuration = configurationOf(settings, "execution", tasks);
  return {
    name: suite.name,
    problems: suite.problems,
    configuration,
    predict: (run, candidate, control) => predictSuite(run, { suite, configuration, judge }, candidate, control),
    release: async () => {},
  };
}

/** Runs the tasks of a suite through the candidate's generator. */
async function predictSuite(
  run: OpenRun,
  {
    suite,
    configuration: { suite: taken, decoding, seed },
    judge,
  }: {
    readonly suite: PromptedSuite;
    readonly configuration: EvaluationSuite["configuration"];
    /** For a suite with tests. */
    readonly judge?: RunChecks;
  },
  candidate: Candidate,
  { signal, onProgress }: PhaseControl,
): Promise<void> {
  const { generator, tokenizer } = await candidate.openGenerator();
  const startedAt = performance.now();
  const total = taken.tasks;
  const before = tasksOf(run.chunks);
  let [done, tokens] = [before, 0];
  const onPredicted: PredictOptions["onPredicted"] = (last, written) => {
    done++;
    tokens += written;
    const seconds = (performance.now() - startedAt) / 1000;
    const etaSeconds = (seconds / (done - before)) * (total - done);
    onProgress({ phase: "predicting", done, total, etaSeconds, tokensPerSecond: tokens / seconds, last });
  };
  try {
    const options = { tasks: total, decoding, seed, onPredicted, judge, signal };
    await predictTasks(run, suite, { generator, tokenizer }, options);
  } finally {
    await generator.release();
  }
}

function configurationOf(
  { protocol, mode, shots, limit, seed, decoding }: EvaluationSettings,
  kind: "pairs" | "execution",
  { name, hash, count }: { readonly name: string; readonly hash: string; readonly count: number },
): EvaluationSuite["configuration"] {
  return {
    suite: { name, kind, hash, tasks: Math.min(limit ?? count, count) },
    protocol,
    mode,
    shots,
    decoding: decoding ?? defaultDecoding[kind],
    seed,
    version: packageJson.version,
  };
}
