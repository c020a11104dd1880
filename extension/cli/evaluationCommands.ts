/** The commands that judge models, and their flags: evaluate, score, runs. */

import { InvalidArgumentError, Option, type Command } from "commander";
import { codeBleuBehaviours } from "../core/evaluation/measures/codebleu/codeBleu.ts";
import { metricNames, type MetricName } from "../core/evaluation/measures/metrics.ts";
import { protocolNames } from "../core/evaluation/protocols/protocols.ts";
import { modes } from "../core/evaluation/runs/request.ts";
import { exportFormats } from "../core/evaluation/runs/runTable.ts";
import { evaluateCommand, type EvaluateFlags } from "./commands/evaluate.ts";
import {
  adaptersOption,
  addCommand,
  baseOption,
  listOfNames,
  listOfNumbers,
  nameOrFolder,
  notNegative,
  positive,
  someNumber,
  wholeNumber,
  type ContextOf,
  type Shared,
} from "./flags.ts";
import { compareRunsCommand, exportRunsCommand, listRunsCommand, type ExportFlags } from "./commands/runs.ts";
import { scoreCommand, type ScoreFlags } from "./commands/score.ts";

export function addEvaluationCommands(program: Command, contextOf: ContextOf): void {
  addEvaluate(program, contextOf);
  addScore(program, contextOf);
  addRuns(program, contextOf);
}

function addEvaluate(program: Command, contextOf: ContextOf): void {
  addCommand(
    program,
    "evaluate",
    "how good a base or an adapter is: at tasks, as in arXiv 2308.10462, or in held-out Python",
  )
    .addOption(baseOption())
    .addOption(adaptersOption())
    .requiredOption(
      "--suite <source>",
      "conala, codealpacapy, .jsonl of tasks (pairs, MBPP, HumanEval, APPS), or Python sources for gaps to fill",
    )
    .addOption(
      new Option("--baseline <base>", "another base to compare with; may be repeated")
        .argParser((text: string, before: readonly string[]) => [...before, nameOrFolder(text)])
        .default([]),
    )
    .option("--limit <n>", "tasks; of sources, spots of each kind and files for bits per byte (500, and all)", positive)
    .addOption(
      new Option("--seed <n>", "of all that is drawn; with several, such as 42,777, a run each")
        .argParser(listOfNumbers)
        .default([42], "42"),
    )
    .option("--predictions <file>", "write what the first contender has written, beside references, to this .jsonl")
    .optionsGroup("Of tasks:")
    .addOption(new Option("--protocol <name>", "prompts, stops and comparison (graft)").choices(protocolNames))
    .addOption(new Option("--mode <mode>", "how tasks are put (trained with --adapter, else zero-shot)").choices(modes))
    .option("--shots <n>", "examples, with --mode icl or rag (1)", positive)
    .option("--examples <data>", "where they come from: .jsonl of pairs; a paper's data set has its training part")
    .option("--encoder <dir>", "a sentence encoder that finds the nearest; words that are shared do unless given")
    .addOption(new Option("--greedy", "the likeliest token each time").conflicts(["beams", "samples"]))
    .addOption(new Option("--beams <n>", "of the search (10)").argParser(positive).conflicts("samples"))
    .option("--samples <n>", "draw so many answers instead (5, where there are tests)", positive)
    .option("--temperature <x>", "of samples (0.6)", someNumber)
    .option("--top-p <x>", "of samples (0.95)", someNumber)
    .option("--allow-code-execution", "run what the model writes, in a sandbox, against a suite's tests")
    .option("--without-sandbox", "run it even where this machine has no sandbox")
    .option("--fresh", "evaluate anew what has been evaluated, instead of showing that")
    .optionsGroup("Of Python sources:")
    .option("--ngram <corpus>", "compare with n-grams, counted on such a corpus")
    .action(async (flags: Shared & EvaluateFlags) => await evaluateCommand(flags, contextOf(flags)));
}

function addScore(program: Command, contextOf: ContextOf): void {
  addCommand(program, "score", "measure predictions against references")
    .requiredOption("--predictions <file>", '.jsonl of {"id", "predictions": [best, …]}')
    .requiredOption("--references <file>", '.jsonl of {"id", "reference"}')
    .option("--against <file>", "other predictions for the same references: is the difference more than chance?")
    .addOption(
      new Option("--metric <names>", `some of ${metricNames.join(",")}`)
        .argParser(listOfMetrics)
        .default(["em", "codebleu", "chrf"], "em,codebleu,chrf"),
    )
    .addOption(
      new Option("--codebleu <behaviour>", "which implementation to equal")
        .choices(codeBleuBehaviours)
        .default("k4black"),
    )
    .addOption(new Option("--resamples <n>", "for 95 % intervals; 0 for none").argParser(notNegative).default(1000))
    .addOption(new Option("--seed <n>", "of resampling").argParser(wholeNumber).default(42))
    .action(async (flags: Shared & ScoreFlags) => await scoreCommand(flags, contextOf(flags)));
}

function addRuns(program: Command, contextOf: ContextOf): void {
  const runs = program.command("runs").description("evaluations of tasks that have been made");
  addCommand(runs, "list", "all of them, the oldest first").action(
    async (flags: Shared) => await listRunsCommand(contextOf(flags)),
  );
  addCommand(runs, "compare <run> <other>", "whether they differ by more than chance, by ids or folders").action(
    async (run: string, other: string, flags: Shared) => await compareRunsCommand(run, other, contextOf(flags)),
  );
  addCommand(runs, "export [runs...]", "a table of them, or of all")
    .addOption(new Option("--format <format>", "of the table").choices(exportFormats).default("markdown"))
    .option("--out <file>", "write it to a file")
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
