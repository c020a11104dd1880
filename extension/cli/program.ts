/** Defines the commands and their flags for commander. Each command is implemented in the file of its name. */

import { Argument, Command, Option } from "commander";
import * as z from "zod";
import { contextFields } from "../core/completion/context/contextFields.ts";
import { importRequest } from "../core/baseModels/import/importRequest.ts";
import { paperDatasets } from "../core/dataset/paperDatasets.ts";
import { addAdapterCommands } from "./adapterCommands.ts";
import { addDeviceCommands, benchDeviceOption } from "./deviceCommands.ts";
import { benchCommand, benchmarkNames, type BenchFlags, type BenchmarkName } from "./commands/bench.ts";
import {
  completeCommand,
  completionFlags,
  logitsCommand,
  type CompleteFlags,
  type LogitsFlags,
} from "./commands/complete.ts";
import { addEvaluationCommands } from "./evaluationCommands.ts";
import {
  adaptersOption,
  deviceOption,
  addCommand,
  baseOption,
  listOfIds,
  nameOrFolder,
  positive,
  usageErrors,
  type ContextOf,
  type Shared,
} from "./flags.ts";
import { addRequestOptions, copyFlags } from "./requestOptions.ts";
import { dataCommand, type DataFlags } from "./data.ts";
import { importCommand, modelsCommand, type ImportFlags } from "./commands/models.ts";
import { addStudyCommands } from "./studyCommands.ts";
import { addTrainCommand } from "./trainingCommands.ts";

export function createProgram(contextOf: ContextOf): Command {
  const program = new Command("graft")
    .description("Train adapters on your own Python code and complete with them, all on this machine.")
    .exitOverride();
  program.configureOutput(usageErrors(program));

  const command = (name: string, description: string, parent = program): Command =>
    addCommand(parent, name, description);

  command("models", "List installed bases, including the embedded one").action(
    async (flags: Shared) => await modelsCommand(contextOf(flags)),
  );

  const importing = command(
    "import",
    "Import a Hugging Face model, from a folder or as OWNER/NAME[@REVISION], as a base",
  ).addArgument(new Argument("<source>", "OWNER/NAME[@REVISION], or a folder: /… or ./…").argParser(nameOrFolder));
  addRequestOptions(importing, importRequest.omit({ source: true }), { name: { value: "name" } }).action(
    async (source: string, flags: Shared & ImportFlags) => await importCommand(source, flags, contextOf(flags)),
  );

  command("data", "List the paper's data sets, and get the one that may not ship with Graft")
    .addArgument(new Argument("[name]", "Name of a data set").choices(paperDatasets))
    .option("--accept-licence", "Confirm that you have read and accept the licence")
    .option("--from <dir>", "Folder with train.jsonl, validation.jsonl and test.jsonl, instead of a download")
    .action(async (name: string | undefined, flags: Shared & DataFlags) => {
      await dataCommand(name, flags, contextOf(flags));
    });

  addTrainCommand(program, contextOf);

  const completing = command("complete", "Complete at a position in a file, or between two texts")
    .addOption(baseOption())
    .addOption(deviceOption())
    .addOption(adaptersOption())
    .addOption(new Option("--file <file>", "Python file to complete in").conflicts(["prefix", "suffix"]))
    .option("--line <n>", "Line of the position, from 1", positive)
    .option("--column <n>", "Column of the position, from 1", positive);
  addRequestOptions(completing, completionFlags, copyFlags);
  const contexts = { context: { value: "kind" }, repository: { value: "dir" } };
  addRequestOptions(completing, z.object(contextFields), contexts).action(
    async (flags: Shared & CompleteFlags, self: Command) => {
      if (flags.file === undefined && flags.prefix === undefined)
        self.error("error: give --prefix, or --file with --line and --column.");
      if (flags.file !== undefined && (flags.line === undefined || flags.column === undefined)) {
        self.error("error: --file also needs --line and --column.");
      }
      await completeCommand(flags, contextOf(flags));
    },
  );

  command("logits", "Print the logits of every position, for parity checks")
    .addOption(baseOption())
    .addOption(deviceOption())
    .addOption(adaptersOption())
    .requiredOption("--ids <ids>", "Token ids, such as 1,2,3; for the encoder if the base has one", listOfIds)
    .option("--decoder-ids <ids>", "Token ids for the decoder after an encoder (default its start token)", listOfIds)
    .action(async (flags: Shared & LogitsFlags) => await logitsCommand(flags, contextOf(flags)));

  command("bench", "Measure how fast a base runs on this machine")
    .addArgument(new Argument("<what>", "Speed to measure").choices(benchmarkNames))
    .addOption(baseOption())
    .addOption(benchDeviceOption())
    .option("--tokens <n>", "Train: tokens per step, a multiple of 128 (default 512)", positive)
    .option("--explain", "Train: show the planned memory of each layer, and the measured memory")
    .action(async (what: BenchmarkName, flags: Shared & BenchFlags) => {
      await benchCommand(what, flags, contextOf(flags));
    });

  addDeviceCommands(program, contextOf);

  addEvaluationCommands(program, contextOf);
  addStudyCommands(program, contextOf);

  addAdapterCommands(program, contextOf);
  return program;
}
