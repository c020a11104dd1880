/** The suite of a run, as it is put to whoever is evaluated, and what is to be remembered of it. */

import { join } from "node:path";
import packageJson from "../../../../package.json" with { type: "json" };
import { UserError } from "../../foundation/errors.ts";
import { exampleSource, openExamples, type Examples } from "../prompts/examples.ts";
import { promptedExecution } from "../prompts/promptedExecution.ts";
import { promptedPairs } from "../prompts/promptedPairs.ts";
import type { PromptedSuite } from "../prompts/promptedSuite.ts";
import { protocols } from "../protocols/protocol.ts";
import { findSandbox } from "../sandbox/findSandbox.ts";
import { openCheckRunner, type RunChecks } from "../sandbox/openCheckRunner.ts";
import { openExecutionTasks } from "../suites/executionTasks.ts";
import { openPairTasks } from "../suites/pairTasks.ts";
import { suiteKind } from "../suites/suiteKind.ts";
import type { TaskOptions } from "../suites/tasks.ts";
import type { Contender } from "./contender.ts";
import { paperDecoding, type EvaluationOptions, type EvaluationSettings } from "./options.ts";
import type { RunMaking } from "./runRecord.ts";

export interface OpenSuite {
  readonly suite: PromptedSuite;
  readonly making: Omit<RunMaking, keyof Contender["making"]>;
  /** Of a suite with tests. */
  readonly judge?: RunChecks;
  readonly release: () => Promise<void>;
}

/** @throws UserErrors of reading suite and examples; "suite-format", "code-execution", "sandbox-missing"; of opening an encoder */
export async function openSuite(
  options: EvaluationOptions,
  settings: EvaluationSettings,
  signal: AbortSignal | undefined,
): Promise<OpenSuite> {
  const read = { dataFolder: options.dataFolder, signal };
  switch (await suiteKind(options.suite, read)) {
    case "pairs":
      return await openPairs(options, settings, read);
    case "execution":
      return await openExecution(options, settings, read);
    case "fills": {
      const message = `Cannot make a run of ${options.suite}: it holds Python sources, not tasks.`;
      throw new UserError("suite-format", message, 'Give rows of {"intent", "code"}, or tasks with tests.');
    }
  }
}

async function openPairs(
  options: EvaluationOptions,
  settings: EvaluationSettings,
  read: TaskOptions,
): Promise<OpenSuite> {
  const { protocol, mode, shots, seed } = settings;
  const tasks = await openPairTasks(options.suite, read);
  let examples: Examples | undefined;
  if (mode === "icl" || mode === "rag") {
    const source = exampleSource(options.suite, options.examples);
    const cacheFolder = join(options.home, "embeddings");
    examples = await openExamples({ mode, shots, seed, source, encoder: options.encoder, cacheFolder }, read);
  }
  const shown = mode === "zero-shot" ? { of: async () => [] } : examples;
  return {
    suite: promptedPairs(tasks, protocols[protocol](tasks.name), shown),
    release: async () => await examples?.release(),
    making: {
      ...makingOf(settings, "pairs", tasks),
      ...(examples && {
        examples: { name: examples.name, hash: examples.hash, retriever: examples.retriever },
      }),
    },
  };
}

async function openExecution(
  options: EvaluationOptions,
  settings: EvaluationSettings,
  read: TaskOptions,
): Promise<OpenSuite> {
  if (settings.shots > 0) {
    const message = `Cannot show examples for ${options.suite}: its tasks have tests, and no code that answers them.`;
    throw new UserError("option-invalid", message, "Evaluate without examples (zero-shot).");
  }
  const tasks = await openExecutionTasks(options.suite, read);
  const suite = await promptedExecution(tasks, settings.protocol);
  if (options.allowCodeExecution !== true) {
    const message = `Cannot evaluate on ${options.suite} without running what the model writes: its tasks have tests.`;
    throw new UserError("code-execution", message, "Give --allow-code-execution: it runs in a sandbox, with limits.");
  }
  const judge = openCheckRunner(await findSandbox(read.signal), { unprotected: options.withoutSandbox ?? false });
  return { suite, judge, making: makingOf(settings, "execution", tasks), release: async () => {} };
}

function makingOf(
  { protocol, mode, shots, limit, seed, decoding }: EvaluationSettings,
  kind: "pairs" | "execution",
  { name, hash, count }: { readonly name: string; readonly hash: string; readonly count: number },
): OpenSuite["making"] {
  return {
    suite: { name, kind, hash, tasks: Math.min(limit ?? count, count) },
    protocol,
    mode,
    shots,
    decoding: decoding ?? paperDecoding[kind],
    seed,
    version: packageJson.version,
  };
}
