/** Defines graft study and its commands for commander. commands/study.ts implements them. */

import { Argument, Option, type Command } from "commander";
import { readyStudies, type ReadyStudy } from "../core/evaluation/study/readyStudies.ts";
import { studyFormats } from "../core/evaluation/study/export/studyTables.ts";
import {
  exportStudyCommand,
  listStudiesCommand,
  newStudyCommand,
  planStudyCommand,
  runStudyCommand,
  type ExportStudyFlags,
  type NewStudyFlags,
  type RunStudyFlags,
} from "./commands/study.ts";
import { studyHistoryCommand } from "./commands/runHistory.ts";
import { differencesCommand, type DifferencesFlags } from "./commands/studyDifferences.ts";
import { addCommand, addGroup, baseOption, positive, type ContextOf, type Shared } from "./flags.ts";

export function addStudyCommands(program: Command, contextOf: ContextOf): void {
  const study = addGroup(program, "study", "Evaluate several candidates on several suites, and compare them");
  addCommand(study, "list", "List the studies of this machine").action(
    async (flags: Shared) => await listStudiesCommand(contextOf(flags)),
  );
  addCommand(study, "new", "Write a study that is ready to start")
    .addArgument(new Argument("<which>", "The paper's questions, or an adapter against its base").choices(readyStudies))
    .requiredOption("--out <file>", "The study's file")
    .option("--adapter <dir>", "Adapter: its folder")
    .option("--suite <source>", "Adapter: code or tasks like those that it learned from")
    .addOption(baseOption())
    .option("--limit <n>", "Tasks to run, the first ones (all)", positive)
    .action(async (which: ReadyStudy, flags: Shared & NewStudyFlags) => {
      await newStudyCommand(which, flags, contextOf(flags));
    });
  addCommand(study, "plan <file>", "Show the runs of a study with their times, and start none").action(
    async (file: string, flags: Shared) => await planStudyCommand(file, contextOf(flags)),
  );
  addCommand(study, "run <file>", "Evaluate what a study lacks, and show its tables")
    .option("--allow-code-execution", "Run what the model writes, in a sandbox, against a suite's tests")
    .option("--fresh", "Evaluate finished runs again")
    .action(async (file: string, flags: Shared & RunStudyFlags) => {
      await runStudyCommand(file, flags, contextOf(flags));
    });
  addCommand(study, "differences <file> <candidate> <other>", "Show how two candidates differ, task by task")
    .option("--suite <name>", "The suite, as in the tables (the first)")
    .option("--measure <name>", "The measure, such as em@1 or chrf (the first of the suite)")
    .option("--out <file>", "Draw the differences into this SVG file")
    .action(async (file: string, candidate: string, other: string, flags: Shared & DifferencesFlags) => {
      await differencesCommand(file, [candidate, other], flags, contextOf(flags));
    });
  addCommand(
    study,
    "history <file>",
    "List the study's runs, and earlier ones of other data, bases and versions",
  ).action(async (file: string, flags: Shared) => await studyHistoryCommand(file, contextOf(flags)));
  addCommand(study, "export <file>", "Write tables, charts, runs and inputs of a study into a folder, or one table")
    .addOption(new Option("--format <format>", "One table in this format instead").choices(studyFormats))
    .option("--out <path>", "The folder, or the table's file; tables go to stdout by default")
    .action(async (file: string, flags: Shared & ExportStudyFlags) => {
      await exportStudyCommand(file, flags, contextOf(flags));
    });
}
