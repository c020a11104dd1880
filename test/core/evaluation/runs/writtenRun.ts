/** Writes finished runs with given predictions, as if a model had made them. */

import { openRun, type RunSummary, readRun } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import type {
  Prediction,
  RunConfiguration,
  RunRecord,
  RunResult,
} from "../../../../extension/core/evaluation/runs/runRecord.ts";
import { openRunMeasures } from "../../../../extension/core/evaluation/scoring/runMeasures.ts";
import { countRun, scoresOf } from "../../../../extension/core/evaluation/scoring/scoreRun.ts";

const machine = { platform: "test", processor: "a processor", cores: 2, memoryBytes: 8e9, node: "v24.0.0" };

export function configurationOf(part: Partial<RunConfiguration> = {}): RunConfiguration {
  return {
    suite: { name: "pairs.jsonl", kind: "pairs", hash: "a suite", tasks: 3 },
    protocol: "graft",
    mode: "zero-shot",
    shots: 0,
    decoding: { kind: "greedy" },
    seed: 42,
    version: "0.1.0",
    // After the settings, as in the files of evaluations.
    base: { name: "a-base", hash: "a base", modelType: "llama", parameters: 1000 },
    adapters: [],
    ...part,
  };
}

export async function writeRun(
  home: string,
  configuration: RunConfiguration,
  predictions: readonly Prediction[],
  { scores: given, ...part }: Partial<RunRecord> & { readonly scores?: RunResult["scores"] } = {},
): Promise<RunSummary> {
  const startedAt = "2026-01-02T03:04:05.000Z";
  const record: RunRecord = { format: 2, configuration, startedAt, machine, trainings: [], problems: [], ...part };
  const run = await openRun(home, record);
  try {
    const chunk = {
      tasks: predictions.length,
      tokens: 10,
      seconds: 1,
      shortened: 0,
      problems: [],
      peakMemoryBytes: 1e8,
    };
    await run.append(predictions, chunk);
    const measures = await openRunMeasures(configuration);
    const counts = await countRun(run.folder, measures);
    const scores = given ?? scoresOf(counts, measures, configuration.seed);
    const cost = { tokens: 10, seconds: 1, tokensPerSecond: 10, peakMemoryBytes: 1e8 };
    const items = predictions.length;
    const finishedAt = "2026-01-02T03:05:00.000Z";
    await run.finish({ items, codeless: counts.codeless, scores, shortened: 0, problems: [], ...cost, finishedAt });
  } finally {
    await run.release();
  }
  return await readRun(run.folder);
}
