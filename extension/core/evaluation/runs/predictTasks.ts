/** Predicts the tasks of a run chunk by chunk, from where it stopped. Knows no files and no measures. */

import { seededRandom } from "../../foundation/random.ts";
import { peakMemoryBytes } from "../../foundation/memory/peakMemory.ts";
import type { Continuation } from "../../inference/decoding/continuation.ts";
import type { BatchGenerator } from "../../inference/decoding/generateBatch.ts";
import type { Decoding } from "../../inference/decoding/decodingRequest.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { PromptedSuite, PromptedTask } from "../prompts/promptedSuite.ts";
import { promptIds } from "../prompts/promptIds.ts";
import type { RunChecks } from "../sandbox/openCheckRunner.ts";
import type { Verdict } from "../sandbox/programProcess.ts";
import type { RunDecoding } from "./evaluationRequest.ts";
import { tasksOf, type OpenRun } from "./runFolder.ts";
import type { Prediction, RunResult } from "./runRecord.ts";

/**
 * Tasks of a chunk: the most that a kill may cost. The prompts of a chunk are decoded together, so a resumed run has
 * the same rounding as an uninterrupted one.
 */
export const chunkSize = 64;

export interface PredictOptions {
  /** The number of tasks to run, from the start of the suite. */
  readonly tasks: number;
  readonly decoding: RunDecoding;
  readonly seed: number;
  /** Receives each task as soon as it is done. */
  readonly onPredicted: (prediction: Prediction, tokens: number) => void;
  /** Runs predictions against the tests of a suite that has tests. */
  readonly judge: RunChecks | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @throws the signal's reason once it is aborted; appended predictions stay */
export async function predictTasks(
  run: Pick<OpenRun, "append" | "chunks">,
  suite: PromptedSuite,
  { generator, tokenizer }: { readonly generator: BatchGenerator; readonly tokenizer: Tokenizer },
  options: PredictOptions,
): Promise<void> {
  for await (const { first, tasks } of chunksOf(suite.each(), tasksOf(run.chunks), options.tasks)) {
    const startedAt = performance.now();
    const { predictions, ...chunk } = await predictChunk(suite, tasks, first, { generator, tokenizer }, options);
    await run.append(predictions, {
      ...chunk,
      tasks: tasks.length,
      seconds: (performance.now() - startedAt) / 1000,
      peakMemoryBytes: peakMemoryBytes(),
    });
  }
}

async function predictChunk(
  suite: PromptedSuite,
  tasks: readonly PromptedTask[],
  first: number,
  { generator, tokenizer }: { readonly generator: BatchGenerator; readonly tokenizer: Tokenizer },
  { decoding, seed, onPredicted, judge, signal }: PredictOptions,
): Promise<{ predictions: Prediction[]; tokens: number; shortened: number; problems: RunResult["problems"] }> {
  const { contextLength, hasEncoder } = generator;
  const maxTokens = Math.min(suite.maxNewTokens, Math.floor(contextLength / 2));
  const problems: RunResult["problems"] = [];
  const asked: { task: PromptedTask; ids: readonly number[] }[] = [];
  let [shortened, tokens] = [0, 0];
  for (const task of tasks) {
    const prompt = promptIds(task.prompts, tokenizer, { contextLength, hasEncoder, maxTokens, gap: suite.gap });
    if (typeof prompt === "string") problems.push({ where: task.id, message: prompt });
    else {
      asked.push({ task, ids: prompt.ids });
      if (prompt.shortened) shortened++;
    }
  }
  const answered: { task: PromptedTask; prediction: Prediction; tokens: number }[] = [];
  await generator.generate(
    asked.map(({ ids }) => ids),
    { decoding: decodingOf(decoding, seed, first), maxTokens, stops: suite.stops },
    {
      signal,
      onGenerated: (index, candidates) => {
        const { task } = asked[index]!;
        const written = candidates.reduce((sum, candidate) => sum + candidate.tokens.length, 0);
        const prediction = predictionOf(task, candidates);
        answered[index] = { task, prediction, tokens: written };
        if (!judge) onPredicted(prediction, written);
      },
      onRefused: (index, { message }) => problems.push({ where: asked[index]!.task.id, message }),
    },
  );
  const predictions: Prediction[] = [];
  // The list has gaps where a prompt was refused; filter() skips them.
  for (const { task, prediction, tokens: written } of answered.filter(() => true)) {
    tokens += written;
    predictions.push(
      judge ? { ...prediction, verdicts: await verdictsOf(task, prediction, judge, signal) } : prediction,
    );
    if (judge) onPredicted(predictions.at(-1)!, written);
  }
  return { predictions, tokens, shortened, problems };
}

async function verdictsOf(
  { expected }: PromptedTask,
  { predictions }: Prediction,
  judge: RunChecks,
  signal: AbortSignal | undefined,
): Promise<Verdict[]> {
  if (!("checks" in expected)) return [];
  const { before, checks } = expected;
  return await Promise.all(predictions.map((prediction) => judge(before + prediction, checks, signal)));
}

/** Each chunk has its own random streams. */
function decodingOf(decoding: RunDecoding, seed: number, first: number): Decoding {
  if (decoding.kind !== "sampling") return decoding;
  return { ...decoding, seed: seededRandom(seed, `samples from ${first} on`).integer(2 ** 31) };
}

function predictionOf(
  { id, intent, expected, prediction }: PromptedTask,
  candidates: readonly Pick<Continuation<string>, "text" | "logProbability">[],
): Prediction {
  return {
    id,
    intent,
    predictions: candidates.map(({ text }) => prediction(text)),
    logProbabilities: candidates.map(({ logProbability }) => logProbability),
    ...("reference" in expected && { reference: expected.reference }),
  };
}

/** Yields the tasks from number `done` to `end`, in chunks whose bounds do not depend on where a run stopped. */
async function* chunksOf(
  each: AsyncGenerator<PromptedTask>,
  done: number,
  end: number,
): AsyncGenerator<{ first: number; tasks: PromptedTask[] }> {
  let [at, tasks]: [number, PromptedTask[]] = [0, []];
  for await (const task of each) {
    if (at >= end) break;
    if (at++ < done) continue;
    tasks.push(task);
    if (tasks.length < chunkSize && at < end) continue;
    yield { first: at - tasks.length, tasks };
    tasks = [];
  }
}
