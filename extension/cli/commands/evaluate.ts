/** graft evaluate: a run for each candidate and seed, with a table of their scores. */

import type * as z from "zod";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import { fieldOf } from "../../core/foundation/requestSchema.ts";
import { english, verbatim } from "../../core/foundation/words/said.ts";
import { compareRuns, type Comparison } from "../../core/evaluation/scoring/compareRuns.ts";
import { tableNote } from "../../core/evaluation/scoring/tableNote.ts";
import { infillingFields, suiteFields, taskFields } from "../../core/evaluation/runs/evaluationRequest.ts";
import { runEvaluation } from "../../core/evaluation/runs/runEvaluation.ts";
import type { EvaluationOptions } from "../../core/evaluation/runs/evaluationRequest.ts";
import type { RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import { rowsOf } from "../../core/evaluation/scoring/runTable.ts";
import { suiteKind, type SuiteKind } from "../../core/evaluation/suites/suiteKind.ts";
import type { Context } from "../context.ts";
import { probeNamed } from "./devices.ts";
import { aligned } from "../output.ts";
import type { AdapterFlag } from "./complete.ts";
import { evaluationHeading, scoreTable } from "../results/evaluationTable.ts";
import {
  heldOutResult,
  progressFields,
  progressText,
  taskResult,
  type Evaluated,
} from "../results/evaluationResult.ts";
import { writePredictions } from "../results/evaluationPredictions.ts";

type RequestFields = typeof suiteFields & typeof taskFields & typeof infillingFields;

export interface EvaluateFlags extends Omit<z.input<z.ZodObject<RequestFields>>, "seed"> {
  readonly base: string;
  readonly adapter: readonly AdapterFlag[];
  readonly baseline: readonly string[];
  /** The seeds, with one run for each. */
  readonly seed?: readonly number[];
  readonly predictions?: string;
}

export async function evaluateCommand(flags: EvaluateFlags, context: Context): Promise<void> {
  const { output, places, signal } = context;
  const kind = await suiteKind(flags.suite, { ...places, signal });
  checkFlags(flags, kind);
  const evaluated: Evaluated[] = [];
  for (const candidate of candidatesOf(flags)) {
    const runs = await evaluateSeeds({ ...requestOf(flags), ...places, ...candidate }, flags.seed ?? [], context);
    evaluated.push({ runs, row: rowsOf(runs)[0]! });
  }
  if (flags.predictions !== undefined) await writePredictions(evaluated, kind, flags.predictions);
  const comparisons = await compareWithFirst(evaluated, signal);
  const rows = evaluated.map(({ row }) => row);
  const table = scoreTable(rows, evaluated[0]!.runs[0]!.result?.heldOut?.holes);
  const folders = evaluated.flatMap(({ runs }) => runs.map(({ folder }) => folder));
  output.result(
    kind === "infilling" ? heldOutResult(evaluated, comparisons) : taskResult(evaluated, comparisons),
    [...evaluationHeading(evaluated[0]!), ...aligned(table), ...noteOf(rows), "", ...folders].join("\n"),
  );
}

function noteOf(rows: Parameters<typeof tableNote>[0]): string[] {
  const note = tableNote(rows);
  return note === undefined ? [] : [english(note)];
}

/** The contents of suites by their kind, for messages. */
const contents: Readonly<Record<SuiteKind, string>> = {
  pairs: "tasks, not Python sources",
  execution: "tasks, not Python sources",
  infilling: "Python sources, not tasks",
  completion: "a benchmark's holes, not tasks",
};

/** @throws UserError "option-invalid" for flags that do not apply to suites of this kind */
function checkFlags(flags: EvaluateFlags, kind: SuiteKind): void {
  const hasHoles = kind === "infilling" || kind === "completion";
  const values: Readonly<Record<string, unknown>> = { ...flags };
  const given = Object.entries<z.ZodType>(hasHoles ? taskFields : infillingFields).find(([name, schema]) => {
    const value = values[name];
    // The parser sets switches that are on by default.
    return value !== undefined && !(value === true && fieldOf(schema).default === true);
  });
  if (!given) return;
  const [name, schema] = given;
  const isOff = fieldOf(schema).default === true;
  const flag = `--${isOff ? "no-" : ""}${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UserError(
    "option-invalid",
    verbatim(`Cannot use ${flag} with the suite ${flags.suite}: it holds ${contents[kind]}.`),
    verbatim("Leave it out."),
  );
}

function requestOf(flags: EvaluateFlags): Pick<EvaluationOptions, "suite"> {
  const names = new Set(Object.keys({ ...suiteFields, ...taskFields, ...infillingFields }));
  // Each candidate and each seed has a separate run.
  for (const name of ["ngram", "seed"]) names.delete(name);
  const given = Object.entries(flags).filter(([name]) => names.has(name));
  return { suite: flags.suite, ...Object.fromEntries(given) };
}

/** N-grams read only a few tokens, and none from other files. */
const withoutContext = { context: "file", repository: undefined } as const;

/** Returns the base with its adapters, then the baselines, then n-grams of the base's tokens. */
function candidatesOf(
  flags: EvaluateFlags,
): Pick<EvaluationOptions, "base" | "adapters" | "ngram" | "context" | "repository">[] {
  return [
    { base: flags.base, adapters: flags.adapter },
    ...flags.baseline.map((base) => ({ base })),
    ...(flags.ngram === undefined ? [] : [{ ...withoutContext, base: flags.base, ngram: flags.ngram }]),
  ];
}

async function evaluateSeeds(
  options: EvaluationOptions,
  seeds: readonly number[],
  context: Context,
): Promise<RunSummary[]> {
  const { output, signal } = context;
  const runs: RunSummary[] = [];
  await probeNamed(options.device, options.base, context);
  for (const seeded of seeds.length > 0 ? seeds.map((seed) => ({ ...options, seed })) : [options]) {
    try {
      const run = await runEvaluation(seeded, {
        signal,
        log: output.log,
        onProgress: (progress) => {
          const { done, total = done + 1 } = progress;
          output.progress(done, total, progressFields(progress), progressText(progress));
        },
      });
      runs.push(run);
    } catch (error) {
      output.close();
      if (isCancelled(error)) output.log.info("Stopped. The same command resumes.");
      throw error;
    }
  }
  return runs;
}

/** Compares each candidate with the first one, by the first seed of each. */
async function compareWithFirst([first, ...others]: readonly Evaluated[], signal: AbortSignal): Promise<Comparison[]> {
  return await Promise.all(others.map(({ runs }) => compareRuns(runs[0]!, first!.runs[0]!, signal)));
}
