/** Defines the commands that evaluate models, and their flags: evaluate, replay, score, runs. */

import { InvalidArgumentError, Option, type Command } from "commander";
import * as z from "zod";
import { codeBleuBehaviours } from "../core/evaluation/measures/codebleu/codeBleu.ts";
import { metricNames, type MetricName } from "../core/evaluation/measures/metrics.ts";
import { mechanismFields, replayFields } from "../core/evaluation/replay/replayRequest.ts";
import { infillingFields, suiteFields, taskFields } from "../core/evaluation/runs/evaluationRequest.ts";
import { exportFormats } from "../core/evaluation/scoring/runTable.ts";
import { evaluateCommand, type EvaluateFlags } from "./commands/evaluate.ts";
import {
  adaptersOption,
  addCommand,
  addGroup,
  baseOption,
  listOfNames,
  listOfNumbers,
  nameOrFolder,
  notNegative,
  positive,
  wholeNumber,
  type ContextOf,
  type Shared,
} from "./flags.ts";
import { addRequestOptions, copyFlags } from "./requestOptions.ts";
import { compareRunsCommand, exportRunsCommand, listRunsCommand, type ExportFlags } from "./commands/runs.ts";
import { deleteRunsCommand, importRunsCommand, restoreRunsCommand, showRunCommand } from "./commands/runHistory.ts";
import { replayCommand, type ReplayFlags } from "./commands/replay.ts";
import { scoreCommand, type ScoreFlags } from "./commands/score.ts";

export function addEvaluationCommands(program: Command, contextOf: ContextOf): void {
  addEvaluate(program, contextOf);
  addReplay(program, contextOf);
  addScore(program, contextOf);
  addRuns(program, contextOf);
}

function addEvaluate(program: Command, contextOf: ContextOf): void {
  const command = addCommand(
    program,
    "evaluate",
    "Evaluate a base or an adapter on tasks, as in arXiv 2308.10462, or on held-out Python",
  )
    .addOption(baseOption())
    .addOption(adaptersOption())
    .addOption(
      new Option("--baseline <base>", "Another base to compare with; may be repeated")
        .argParser((text: string, before: readonly string[]) => [...before, nameOrFolder(text)])
        .default([]),
    );
  addRequestOptions(command, z.object(suiteFields), {
    suite: { value: "source", required: true },
    limit: { parse: positive },
    seed: { value: "n", parse: listOfNumbers, note: "; separate several by commas, for one run each" },
  });
  command.option("--predictions <file>", "Write predictions and their references to this .jsonl");
  command.optionsGroup("Tasks:");
  addRequestOptions(command, z.object(taskFields), {
    protocol: { value: "name" },
    mode: { value: "mode" },
    shots: { parse: positive },
    examples: { value: "data" },
    encoder: { value: "dir" },
    greedy: { conflicts: ["beams", "samples"] },
    beams: { parse: positive, conflicts: "samples" },
    samples: { parse: positive },
  });
  command.optionsGroup("Python sources:");
  addRequestOptions(command, z.object(infillingFields), {
    ngram: { value: "corpus" },
    bits: { help: "Leave bits per byte out" },
    context: { value: "kind" },
    repository: { value: "dir" },
    ...copyFlags,
  });
  command.action(async (flags: Shared & EvaluateFlags) => await evaluateCommand(flags, contextOf(flags)));
}

function addReplay(program: Command, contextOf: ContextOf): void {
  const command = addCommand(program, "replay", "Type held-out functions key by key, with completions as in the editor")
    .addOption(baseOption())
    .addOption(adaptersOption());
  addRequestOptions(command, z.object(replayFields), {
    suite: { value: "source", required: true },
    interval: { value: "ms" },
    typos: { value: "share" },
    reading: { value: "ms" },
    debounce: { value: "ms" },
    answerTime: { value: "ms" },
    context: { value: "kind" },
    repository: { value: "dir" },
  });
  command.optionsGroup("Mechanisms:");
  addRequestOptions(command, z.object(mechanismFields), {
    prior: { help: "Leave copies of the text out of the model's distribution" },
    draft: { help: "Guess no tokens" },
    judgement: { help: "Show every completion, and learn nothing from rejections" },
    ahead: { help: "Compute nothing while a suggestion is read" },
    cache: { help: "Forget suggestions, keys and values before each request" },
  });
  command
    .option("--sessions <file>", "Write the counts of each function to this .jsonl")
    .action(async (flags: Shared & ReplayFlags) => await replayCommand(flags, contextOf(flags)));
}

function addScore(program: Command, contextOf: ContextOf): void {
  addCommand(program, "score", "Measure predictions against references")
    .requiredOption("--predictions <file>", '.jsonl of {"id", "predictions": [best, …]}')
    .requiredOption("--references <file>", '.jsonl of {"id", "reference"}')
    .option("--against <file>", "Other predictions for the same references, to test the difference")
    .addOption(
      new Option("--metric <names>", `Measures, from ${metricNames.join(",")}`)
        .argParser(listOfMetrics)
        .default(["em", "codebleu", "chrf"], "em,codebleu,chrf"),
    )
    .addOption(
      new Option("--codebleu <behaviour>", "Implementation to match").choices(codeBleuBehaviours).default("k4black"),
    )
    .addOption(
      new Option("--resamples <n>", "Resamples for 95 % intervals; 0 for no intervals")
        .argParser(notNegative)
        .default(1000),
    )
    .addOption(new Option("--seed <n>", "Random seed of resampling").argParser(wholeNumber).default(42))
    .action(async (flags: Shared & ScoreFlags) => await scoreCommand(flags, contextOf(flags)));
}

function addRuns(program: Command, contextOf: ContextOf): void {
  const runs = addGroup(program, "runs", "List, compare, export, import and delete evaluations");
  addCommand(runs, "list", "List all runs, oldest first").action(
    async (flags: Shared) => await listRunsCommand(contextOf(flags)),
  );
  addCommand(runs, "compare <run> <other>", "Test whether two runs differ, by ids or folders").action(
    async (run: string, other: string, flags: Shared) => await compareRunsCommand(run, other, contextOf(flags)),
  );
  addCommand(runs, "show <run>", "Show what a run was made of: data, base, settings, machine").action(
    async (run: string, flags: Shared) => await showRunCommand(run, contextOf(flags)),
  );
  addCommand(
    runs,
    "import <folder>",
    "Take runs of another machine: an exported study, a folder of runs, one run",
  ).action(async (folder: string, flags: Shared) => await importRunsCommand(folder, contextOf(flags)));
  addCommand(runs, "delete <runs...>", "Delete runs; graft runs restore brings them back").action(
    async (ids: string[], flags: Shared) => await deleteRunsCommand(ids, contextOf(flags)),
  );
  addCommand(runs, "restore <runs...>", "Bring deleted runs back").action(
    async (ids: string[], flags: Shared) => await restoreRunsCommand(ids, contextOf(flags)),
  );
  addCommand(runs, "export [runs...]", "Export some runs, or all, as a table")
    .addOption(new Option("--format <format>", "Format of the table").choices(exportFormats).default("markdown"))
    .option("--out <file>", "Output file; stdout by default")
    .action(async (names: string[], flags: Shared & ExportFlags) => {
      await exportRunsCommand(names, flags, contextOf(flags));
    });
}

function listOfMetrics(text: string): MetricName[] {
  return listOfNames(text).map((name) => {
    const known = metricNames.find((candidate) => candidate === name);
    if (known === undefined) throw new InvalidArgumentError(`Allowed are ${metricNames.join(", ")}.`);
    return known;
  });
}
