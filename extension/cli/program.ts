/** The commands and their flags, as commander sees them. What a command does is in the file of its name. */

import { Argument, Command, Option } from "commander";
import { importRequest } from "../core/baseModels/import/importRequest.ts";
import { optimizerNames } from "../core/training/optimizers/optimizers.ts";
import { paperDatasets } from "../core/dataset/paperDatasets.ts";
import { methodNames } from "../core/training/methods/methods.ts";
import { trainingPresets } from "../core/training/settings.ts";
import { leastSteps } from "../core/training/steps.ts";
import {
  adapterFormats,
  convertCommand,
  inspectCommand,
  mergeCommand,
  validateCommand,
  type ConvertFlags,
  type MergeFlags,
} from "./commands/adapter.ts";
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
  listOfData,
  listOfIds,
  listOfNames,
  nameOrFolder,
  positive,
  someNumber,
  wholeNumber,
  type ContextOf,
  type Shared,
} from "./flags.ts";
import { addRequestOptions } from "./requestOptions.ts";
import { dataCommand, type DataFlags } from "./data.ts";
import { importCommand, modelsCommand, type ImportFlags } from "./commands/models.ts";
import { trainCommand, type TrainFlags } from "./commands/train.ts";

export function createProgram(contextOf: ContextOf): Command {
  const program = new Command("graft")
    .description("Train adapters on your own Python code, and complete with them. All of it on this machine.")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")} See graft --help.\n`),
    });

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
    .option("--from <dir>", "a folder that holds its parts, instead of a download")
    .action(async (name: string | undefined, flags: Shared & DataFlags) => {
      await dataCommand(name, flags, contextOf(flags));
    });

  command("train", "train an adapter, or a whole base")
    .addOption(baseOption())
    .option("--data <data>", ".jsonl, .py, a folder, conala or codealpacapy; several with commas", listOfData)
    .addOption(
      new Option("--preset <name>", "whose targets, learning rate and optimizer (graft)").choices(trainingPresets),
    )
    .addOption(new Option("--method <method>", "what to train").choices(methodNames))
    .option("--rank <n>", "of LoRA's matrices (16)", wholeNumber)
    .option("--alpha <x>", "LoRA's scale times its rank (32)", someNumber)
    .option("--dropout <x>", "part of LoRA's input that is left out (0.05)", someNumber)
    .option("--rs-lora", "scale by alpha/√rank")
    .option("--targets <names>", "modules, such as q_proj,v_proj; all linear ones unless given", listOfNames)
    .option("--virtual-tokens <n>", "of a prompt (20) or a prefix (10)", wholeNumber)
    .option("--init-text <text>", "what a prompt or a prefix says at first; at random if empty")
    .addOption(
      new Option("--epochs <n>", `times through the data (5, or more to make ${leastSteps} steps)`)
        .argParser(someNumber)
        .conflicts("steps"),
    )
    .option("--steps <n>", "optimizer steps, instead of epochs", wholeNumber)
    .option("--batch-size <n>", "sequences of one step (8)", wholeNumber)
    .option("--max-length <n>", "tokens of the longest sequence (256)", wholeNumber)
    .option("--learning-rate <x>", "its highest value", someNumber)
    .addOption(
      new Option("--optimizer <name>", "what moves the values (adamw; adafactor in paper)").choices(optimizerNames),
    )
    .option("--weight-decay <x>", "of the optimizer (0)", someNumber)
    .addOption(
      new Option("--schedule <shape>", "of the learning rate (linear)").choices(["linear", "cosine", "constant"]),
    )
    .option("--fill-share <x>", "part of source code that is trained on as gaps to fill (0.5)", someNumber)
    .option("--validation <data>", "a data set, or the part to hold out, such as 0.1")
    .option("--patience <n>", "stop after so many validations, five an epoch, without a lower loss", wholeNumber)
    .option("--seed <n>", "of all chance (42)", wholeNumber)
    .option("--init <adapter>", "start from this adapter")
    .option("--no-shuffle", "take the data in its order")
    .option("--checkpointing", "less memory, more time")
    .option("--save-every <seconds>", "of work that a crash may cost at most (60)", someNumber)
    .option("--resume", "go on with the unfinished training into the same folder, with its own settings and data")
    .requiredOption("--out <dir>", "the folder for what is trained")
    .action(async ({ json, verbose, ...flags }: Shared & TrainFlags, self: Command) => {
      if (flags.data === undefined && flags.resume !== true) {
        self.error("error: required option '--data <data>' not specified");
      }
      await trainCommand(flags, contextOf({ json, verbose }));
    });

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

  const adapter = program.command("adapter").description("look at adapters, and hand them on");
  command("inspect <dir>", "what an adapter consists of, and how far it moves its base", adapter).action(
    async (folder: string, flags: Shared) => await inspectCommand(folder, contextOf(flags)),
  );
  command("validate <dir>", "whether an adapter fits a base", adapter)
    .addOption(baseOption())
    .action(async (folder: string, flags: Shared & { base: string }) => {
      await validateCommand(folder, flags, contextOf(flags));
    });
  command("convert <dir>", "LoRA for other runtimes: ONNX Runtime's .onnx_adapter, llama.cpp's GGUF", adapter)
    .addOption(new Option("--to <format>", "what to write").choices(adapterFormats).makeOptionMandatory())
    .addOption(baseOption())
    .requiredOption("--out <file>", "the file to write")
    .action(async (folder: string, flags: Shared & ConvertFlags) => {
      await convertCommand(folder, flags, contextOf(flags));
    });
  command("merge <dir>", "make LoRA or IA3 a part of its base: a new base, or a model folder", adapter)
    .addOption(baseOption())
    .option("--name <name>", "what to call the new base; BASE-ADAPTER unless given")
    .addOption(new Option("--out <dir>", "write a Hugging Face folder instead").conflicts("name"))
    .action(async (folder: string, flags: Shared & MergeFlags) => {
      await mergeCommand(folder, flags, contextOf(flags));
    });
  return program;
}
