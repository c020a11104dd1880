/** Predicts the holes of a published benchmark from where the run stopped, through the editor's completer. */

import { openPythonParser, type PythonParser } from "../../../python/pythonParser.ts";
import type { Infiller } from "../../candidates/candidate.ts";
import { counted } from "../../measures/benchmarks/benchmarkMeasures.ts";
import type { CompletionTask, CompletionTasks } from "../../suites/completionTasks.ts";
import { chunkOf, chunkSize } from "../predictInfilling.ts";
import type { PhaseControl } from "../progress.ts";
import type { EvaluationSettings } from "../evaluationRequest.ts";
import { tasksOf, type OpenRun } from "../runFolder.ts";
import type { Prediction } from "../runRecord.ts";

export interface CountedTasks {
  readonly tasks: CompletionTasks;
  readonly count: number;
  readonly options: Pick<EvaluationSettings, "context" | "prior" | "draft">;
}

/** @throws the signal's reason once it is aborted; appended predictions stay */
export async function predictCompletion(
  run: Pick<OpenRun, "append" | "chunks">,
  { tasks, count, options }: CountedTasks,
  infiller: Infiller,
  { signal, onProgress }: PhaseControl,
): Promise<void> {
  const parser = await openPythonParser();
  const startedAt = performance.now();
  let [done, written] = [tasksOf(run.chunks), 0];
  for await (const chunk of chunksOf(tasks.each(), done, count)) {
    const chunkStartedAt = performance.now();
    const predictions: Prediction[] = [];
    const writtenBefore = written;
    for (const task of chunk) {
      const { prediction, tokens } = await predictOne(task, options, { infiller, parser }, signal);
      predictions.push(prediction);
      written += tokens;
      done++;
      const tokensPerSecond = written / ((performance.now() - startedAt) / 1000);
      onProgress({ phase: "infilling", done, total: count, tokensPerSecond, last: prediction });
    }
    await run.append(predictions, chunkOf(chunk.length, chunkStartedAt, written - writtenBefore));
  }
}

async function predictOne(
  task: CompletionTask,
  { context, prior, draft }: CountedTasks["options"],
  { infiller, parser }: { readonly infiller: Infiller; readonly parser: PythonParser },
  signal: AbortSignal | undefined,
): Promise<{ prediction: Prediction; tokens: number }> {
  const { id, benchmark, repository, path, prefix, suffix, reference } = task;
  const request = {
    prefix,
    suffix,
    prior,
    draft,
    ...(context !== "none" && { path }),
    ...(context === "repository" && { repositoryName: repository, context: task.context }),
  };
  const { text, tokens } = await infiller.complete(request, signal);
  return { prediction: { id, predictions: [counted(benchmark, parser, prefix, text)], reference }, tokens };
}

/** Yields the items from number `from` to number `to`, in chunks. */
async function* chunksOf<T>(items: AsyncIterable<T>, from: number, to: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  let number = 0;
  if (from >= to) return;
  for await (const item of items) {
    if (number++ < from) continue;
    chunk.push(item);
    if (chunk.length < chunkSize && number < to) continue;
    yield chunk;
    if (number >= to) return;
    chunk = [];
  }
}
