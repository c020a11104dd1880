/** graft evaluate of tasks: a run for each contender and seed, and their scores side by side. */

import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFailure } from "../../core/foundation/atomicFile.ts";
import { isCancelled } from "../../core/foundation/errors.ts";
import { compareRuns, type Comparison } from "../../core/evaluation/runs/compareRuns.ts";
import type { RunDecoding } from "../../core/evaluation/runs/request.ts";
import {
  runEvaluation,
  type EvaluationOptions,
  type EvaluationProgress,
} from "../../core/evaluation/runs/runEvaluation.ts";
import { runFiles, type RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import { rowsOf, scoreText, type RunRow } from "../../core/evaluation/runs/runTable.ts";
import type { Context } from "../context.ts";
import type { EvaluateFlags } from "./evaluate.ts";
import { aligned, duration } from "../output.ts";

export async function evaluateTasksCommand(flags: EvaluateFlags, context: Context): Promise<void> {
  const { output, signal } = context;
  const runs: RunSummary[] = [];
  for (const options of optionsOf(flags, context)) {
    try {
      runs.push(await runEvaluation(options, { signal, log: output.log, onProgress: (told) => tell(told, context) }));
    } catch (error) {
      output.close();
      if (isCancelled(error)) output.log.info("Stopped. The same command goes on from here.");
      throw error;
    }
  }
  const first = runs[0]!;
  if (flags.predictions !== undefined) await copyPredictions(first, flags.predictions);
  const rows = rowsOf(runs);
  const comparisons = await Promise.all(rows.slice(1).map((row) => compared(first, row, runs, signal)));
  const { record, result } = first;
  output.result(
    {
      suite: record.making.suite.name,
      protocol: record.making.protocol,
      contender: first.contender,
      items: result?.items,
      ...reportedScores(rows[0]!),
      run: first.id,
      folder: first.folder,
      shortened: result?.shortened,
      tokens: result?.tokens,
      seconds: result?.seconds,
      tokensPerSecond: result?.tokensPerSecond,
      peakMemoryBytes: result?.peakMemoryBytes,
      adapters: record.making.adapters,
      problems: result?.problems,
      contenders: rows.map((row, i) => ({ ...row, ...reportedScores(row), comparison: comparisons[i - 1] })),
      runs: runs.map(({ id }) => id),
    },
    [...aligned(tableOf(rows)), "", ...runs.map(({ folder }) => folder)].join("\n"),
  );
}

/** The base with its adapters first, then the baselines; each with every seed. */
function optionsOf(flags: EvaluateFlags, { places }: Context): EvaluationOptions[] {
  const { suite, protocol, mode, shots, examples, encoder, limit, allowCodeExecution, withoutSandbox, fresh } = flags;
  const decoding = decodingOf(flags);
  const given = {
    suite,
    protocol,
    mode,
    shots,
    examples,
    encoder,
    limit,
    allowCodeExecution,
    withoutSandbox,
    fresh,
    decoding,
  };
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Pick<
    EvaluationOptions,
    "suite"
  >;
  const contenders = [
    { base: flags.base, adapters: flags.adapter },
    ...flags.baseline.map((base) => ({ base, adapters: [] })),
  ];
  return contenders.flatMap((contender) => flags.seed.map((seed) => ({ ...places, ...asked, ...contender, seed })));
}

function decodingOf({ greedy, beams, samples, temperature, topP }: EvaluateFlags): RunDecoding | undefined {
  if (greedy) return { kind: "greedy" };
  if (beams !== undefined) return { kind: "beams", width: beams, returned: beams };
  if (samples === undefined && temperature === undefined && topP === undefined) return undefined;
  return { kind: "sampling", temperature: temperature ?? 0.6, topP: topP ?? 0.95, count: samples ?? 5 };
}

function tell({ last: _last, ...progress }: EvaluationProgress, { output }: Context): void {
  const { contender, phase, done, total, etaSeconds, tokensPerSecond = 0 } = progress;
  const left =
    etaSeconds === undefined ? "" : `, ${Math.round(tokensPerSecond)} tokens/s, ${duration(etaSeconds)} left`;
  output.progress(done, total, progress, `${contender}: ${phase} ${done} of ${total}${left}`);
}

async function copyPredictions(run: RunSummary, path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await copyFile(join(run.folder, runFiles.predictions), path);
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** With the first run; of several seeds, the first one. */
async function compared(
  first: RunSummary,
  row: RunRow,
  runs: readonly RunSummary[],
  signal: AbortSignal,
): Promise<Comparison> {
  const other = runs.find((run) => run.id === row.runs[0])!;
  return await compareRuns(other, first, signal);
}

/** As results name them: CodeBLEU with its parts in an object of its own. */
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

/** A column a contender. */
function tableOf(rows: readonly RunRow[]): string[][] {
  const names = Object.keys(rows[0]!.scores);
  return [
    [`${rows[0]!.suite}, ${rows[0]!.protocol}`, ...rows.map(({ contender }) => contender)],
    ["items", ...rows.map(({ items }) => `${items}`)],
    ...names.map((name) => [
      name.replace(/^codebleu\./, "  "),
      ...rows.map(({ scores }) => (scores[name] ? scoreText(name, scores[name]) : "")),
    ]),
  ];
}
