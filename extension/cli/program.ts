/** The commands and their flags, as commander sees them. What a command does is in the file of its name. */

import { Argument, Command, Option } from "commander";
import { importRequest } from "../core/baseModels/import/importRequest.ts";
import { paperDatasets } from "../core/dataset/paperDatasets.ts";
import { addAdapterCommands } from "./adapterCommands.ts";
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
  addCommand,
  baseOption,
  listOfIds,
  nameOrFolder,
  positive,
  usageErrors,
  type ContextOf,
  type Shared,
} from "./flags.ts";
import { addRequestOptions } from "./requestOptions.ts";
import { dataCommand, type DataFlags } from "./data.ts";
import { importCommand, modelsCommand, type ImportFlags } from "./commands/models.ts";
import { addTrainCommand } from "./trainingCommands.ts";

export function createProgram(contextOf: ContextOf): Command {
  const program = new Command("graft")
    .description("Train adapters on your own Python code, and complete with them. All of it on this machine.")
    .exitOverride();
  program.configureOutput(usageErrors(program));

  const command = (name: string, description: string, parent = program): Command =>
    addCommand(parent, name, description);

  command("models", "list installed bases; the embedded one is always there").action(
    async (flags: Shared) => await modelsCommand(contextOf(flags)),
  );

  const importing = command(
    "import",
    "turn a Hugging Face model, a folder or OWNER/NAME[@REVISION], into an installed base",
  ).addArgument(new Argument("<source>", "OWNER/NAME[@REVISION], or a folder: /… or ./…").argParser(nameOrFolder));
  addRequestOptions(importing, importRequest.omit({ source: true }), { name: { value: "name" } }).action(
    async (source: string, flags: Shared & ImportFlags) => await importCommand(source, flags, contextOf(flags)),
  );

  command("data", "list the paper's data sets, and get the one that may not ship with Graft")
    .addArgument(new Argument("[name]", "one of them").choices(paperDatasets))
    .option("--accept-licence", "you have read the licence and accept it")
    .option("--from <dir>", "a folder with train.jsonl, validation.jsonl and test.jsonl, instead of a download")
    .action(async (name: string | undefined, flags: Shared & DataFlags) => {
      await dataCommand(name, flags, contextOf(flags));
    });

  addTrainCommand(program, contextOf);

  const completing = command("complete", "complete at a position of a file, or between two texts")
    .addOption(baseOption())
    .addOption(adaptersOption())
    .addOption(new Option("--file <file>", "Python source").conflicts(["prefix", "suffix"]))
    .option("--line <n>", "from 1", positive)
    .option("--column <n>", "from 1", positive);
  addRequestOptions(completing, completionFlags).action(async (flags: Shared & CompleteFlags, self: Command) => {
    if (flags.file === undefined && flags.prefix === undefined)
      self.error("error: give --prefix, or --file with --line and --column.");
    if (flags.file !== undefined && (flags.line === undefined || flags.column === undefined)) {
      self.error("error: --file needs --line and --column, too.");
    }
    await completeCommand(flags, contextOf(flags));
  });

  command("logits", "the logits of every position, for parity checks")
    .addOption(baseOption())
    .addOption(adaptersOption())
    .requiredOption("--ids <ids>", "token ids, such as 1,2,3; of the encoder, where there is one", listOfIds)
    .option("--decoder-ids <ids>", "of the decoder behind an encoder; its start token unless given", listOfIds)
    .action(async (flags: Shared & LogitsFlags) => await logitsCommand(flags, contextOf(flags)));

  command("bench", "how fast a base runs on this machine")
    .addArgument(new Argument("<what>", "what to measure").choices(benchmarkNames))
    .addOption(baseOption())
    .option("--tokens <n>", "train: so many a step, a multiple of 128 (512)", positive)
    .option("--explain", "train: the memory of each layer, as planned, and what is measured")
    .action(async (what: BenchmarkName, flags: Shared & BenchFlags) => {
      await benchCommand(what, flags, contextOf(flags));
    });

  addEvaluationCommands(program, contextOf);

  addAdapterCommands(program, contextOf);
  return program;
}
