/** The commands and their flags, as commander sees them. What a command does is in the file of its name. */

import { existsSync } from "node:fs";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { Bits } from "../core/bases/weightLayout.ts";
import { codeBleuBehaviours } from "../core/benchmark/measures/codebleu/codeBleu.ts";
import { metricNames, type MetricName } from "../core/benchmark/measures/metrics.ts";
import { optimizerNames } from "../core/training/optimizers.ts";
import { trainingMethods, trainingPresets } from "../core/training/settings.ts";
import {
  adapterFormats,
  convertCommand,
  inspectCommand,
  mergeCommand,
  validateCommand,
  type ConvertFlags,
  type MergeFlags,
} from "./adapter.ts";
import { benchCommand, benchmarkNames, type BenchmarkName } from "./bench.ts";
import { completeCommand, logitsCommand, type AdapterFlag, type CompleteFlags, type LogitsFlags } from "./complete.ts";
import type { Context } from "./context.ts";
import { evaluateCommand, type EvaluateFlags } from "./evaluate.ts";
import { importCommand, modelsCommand, type ImportFlags } from "./models.ts";
import { scoreCommand, type ScoreFlags } from "./score.ts";
import { trainCommand, type TrainFlags } from "./train.ts";

/** @param contextOf makes what commands work with, once the flags that all share are known */
export function createProgram(contextOf: (flags: { json: boolean; verbose: boolean }) => Context): Command {
  const program = new Command("graft")
    .description("Train adapters on your own Python code, and complete with them. All of it on this machine.")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")} See graft --help.\n`),
    });

  const command = (name: string, description: string, parent = program): Command =>
    parent
      .command(name)
      .description(description)
      .option("--json", "one JSON object a line: progress, then one result", false)
      .option("--verbose", "tell more of what is done", false);
  const base = (): Option => new Option("--base <base>", "a name from graft models, or a model folder").default("");
  const adapters = (): Option =>
    new Option("--adapter <dir[@scale]>", "an adapter's folder, and how strongly it counts; may be repeated")
      .argParser(collectAdapters)
      .default([]);

  command("models", "list installed bases; the embedded one is always there").action(
    async (flags: Shared) => await modelsCommand(contextOf(flags)),
  );

  command("import <source>", "turn a Hugging Face model, a folder or OWNER/NAME[@REVISION], into an installed base")
    .option("--name <name>", "what to call it; the model's name unless given")
    .addOption(bitsOption())
    .action(
      async (source: string, flags: Shared & ImportFlags) => await importCommand(source, flags, contextOf(flags)),
    );

  command("train", "train an adapter")
    .addOption(base())
    .requiredOption("--data <data>", ".jsonl, .py, a folder, conala or codealpacapy; several with commas", listOfData)
    .addOption(new Option("--preset <name>", "whose targets and learning rate (graft)").choices(trainingPresets))
    .addOption(new Option("--method <method>", "what to train").choices(trainingMethods))
    .option("--rank <n>", "of LoRA's matrices (16)", wholeNumber)
    .option("--alpha <x>", "LoRA's scale times its rank (32)", someNumber)
    .option("--dropout <x>", "part of LoRA's input that is left out (0.05)", someNumber)
    .option("--rs-lora", "scale by alpha/√rank")
    .option("--targets <names>", "modules, such as q_proj,v_proj; all linear ones unless given", listOfNames)
    .addOption(new Option("--epochs <n>", "times through the data (5)").argParser(someNumber).conflicts("steps"))
    .option("--steps <n>", "optimizer steps, instead of epochs", wholeNumber)
    .option("--batch-size <n>", "sequences of one step (8)", wholeNumber)
    .option("--max-length <n>", "tokens of the longest sequence (256)", wholeNumber)
    .option("--learning-rate <x>", "its highest value", someNumber)
    .addOption(new Option("--optimizer <name>", "what moves the adapter (adamw)").choices(optimizerNames))
    .option("--weight-decay <x>", "of the optimizer (0)", someNumber)
    .addOption(
      new Option("--schedule <shape>", "of the learning rate (linear)").choices(["linear", "cosine", "constant"]),
    )
    .option("--fill-share <x>", "part of source code that is trained on as gaps to fill (0.5)", someNumber)
    .option("--validation <data>", "a data set, or the part to hold out, such as 0.1")
    .option("--seed <n>", "of all chance (42)", wholeNumber)
    .option("--init <adapter>", "start from this adapter")
    .option("--no-shuffle", "take the data in its order")
    .option("--checkpointing", "less memory, more time")
    .option("--resume", "go on from the last checkpoint of a training into the same folder")
    .requiredOption("--out <dir>", "the adapter's folder")
    .action(async ({ json, verbose, ...flags }: Shared & TrainFlags) => {
      await trainCommand(flags, contextOf({ json, verbose }));
    });

  command("complete", "complete at a position of a file, or between two texts")
    .addOption(base())
    .addOption(adapters())
    .addOption(new Option("--file <file>", "Python source").conflicts(["prefix", "suffix"]))
    .option("--line <n>", "from 1", positive)
    .option("--column <n>", "from 1", positive)
    .option("--prefix <text>", "what stands before the cursor")
    .option("--suffix <text>", "what stands behind it")
    .option("--max-tokens <n>", "at most so many tokens (128)", positive)
    .option("--beams <n>", "search so many continuations side by side", positive)
    .action(async (flags: Shared & CompleteFlags, self: Command) => {
      if (flags.file === undefined && flags.prefix === undefined)
        self.error("error: give --prefix, or --file with --line and --column.");
      if (flags.file !== undefined && (flags.line === undefined || flags.column === undefined)) {
        self.error("error: --file needs --line and --column, too.");
      }
      await completeCommand(flags, contextOf(flags));
    });

  command("logits", "the logits of every position, for parity checks")
    .addOption(base())
    .addOption(adapters())
    .requiredOption("--ids <ids>", "token ids, such as 1,2,3; of the encoder, where there is one", listOfIds)
    .option("--decoder-ids <ids>", "of the decoder behind an encoder; its start token unless given", listOfIds)
    .action(async (flags: Shared & LogitsFlags) => await logitsCommand(flags, contextOf(flags)));

  command("bench", "how fast a base runs on this machine")
    .addArgument(new Argument("<what>", "what to measure").choices(benchmarkNames))
    .addOption(base())
    .action(async (what: BenchmarkName, flags: Shared & { base: string }) => {
      await benchCommand(what, flags, contextOf(flags));
    });

  command("evaluate", "how good a base is on held-out Python: bits per byte, and gaps filled as in the editor")
    .addOption(base())
    .addOption(adapters())
    .requiredOption("--suite <source>", 'a folder of Python sources, a .py file, or .jsonl of {"path", "text"}')
    .addOption(
      new Option("--baseline <base>", "another base to compare with; may be repeated").argParser(collect).default([]),
    )
    .option("--ngram <corpus>", "compare with n-grams, counted on such a corpus")
    .option("--limit <n>", "spots of each kind, and files for bits per byte (500, and all)", positive)
    .addOption(new Option("--seed <n>", "decides which spots").argParser(wholeNumber).default(42))
    .option("--predictions <file>", "write every fill, with what the author has written, to this .jsonl")
    .action(async (flags: Shared & EvaluateFlags) => await evaluateCommand(flags, contextOf(flags)));

  command("score", "measure predictions against references")
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

  const adapter = program.command("adapter").description("look at adapters, and hand them on");
  command("inspect <dir>", "what an adapter consists of, and how far it moves its base", adapter).action(
    async (folder: string, flags: Shared) => await inspectCommand(folder, contextOf(flags)),
  );
  command("validate <dir>", "whether an adapter fits a base", adapter)
    .addOption(base())
    .action(async (folder: string, flags: Shared & { base: string }) => {
      await validateCommand(folder, flags, contextOf(flags));
    });
  command("convert <dir>", "LoRA for other runtimes: ONNX Runtime's .onnx_adapter, llama.cpp's GGUF", adapter)
    .addOption(new Option("--to <format>", "what to write").choices(adapterFormats).makeOptionMandatory())
    .addOption(base())
    .requiredOption("--out <file>", "the file to write")
    .action(async (folder: string, flags: Shared & ConvertFlags) => {
      await convertCommand(folder, flags, contextOf(flags));
    });
  command("merge <dir>", "make LoRA or IA3 a part of its base: a new base, or a model folder", adapter)
    .addOption(base())
    .option("--name <name>", "what to call the new base; BASE-ADAPTER unless given")
    .addOption(new Option("--out <dir>", "write a Hugging Face folder instead").conflicts("name"))
    .action(async (folder: string, flags: Shared & MergeFlags) => {
      await mergeCommand(folder, flags, contextOf(flags));
    });
  return program;
}

interface Shared {
  readonly json: boolean;
  readonly verbose: boolean;
}

function bitsOption(): Option {
  const known: readonly Bits[] = [4, 8, 16, 32];
  return new Option("--bits <n>", "how finely weights are stored: 4, 8, 16 or 32").default(4).argParser((text) => {
    const bits = known.find((candidate) => String(candidate) === text);
    if (bits === undefined) throw new InvalidArgumentError("Allowed choices are 4, 8, 16, 32.");
    return bits;
  });
}

function someNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("It is not a number.");
  return number;
}

function wholeNumber(text: string): number {
  const number = someNumber(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError("It is not a whole number.");
  return number;
}

function notNegative(text: string): number {
  const number = wholeNumber(text);
  if (number < 0) throw new InvalidArgumentError("It must be 0 or more.");
  return number;
}

function positive(text: string): number {
  const number = wholeNumber(text);
  if (number < 1) throw new InvalidArgumentError("It must be 1 or more.");
  return number;
}

function listOfNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It has an empty name.");
  return names;
}

function listOfMetrics(text: string): MetricName[] {
  return listOfNames(text).map((name) => {
    const known = metricNames.find((candidate) => candidate === name);
    if (known === undefined) throw new InvalidArgumentError(`Allowed are ${metricNames.join(", ")}.`);
    return known;
  });
}

/** A path may have a comma in it. */
function listOfData(text: string): string[] {
  return existsSync(text) ? [text] : listOfNames(text);
}

function listOfIds(text: string): number[] {
  const ids = text.split(",").map(wholeNumber);
  if (ids.some((id) => id < 0)) throw new InvalidArgumentError("It has an id below 0.");
  return ids;
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

function collectAdapters(text: string, before: readonly AdapterFlag[]): AdapterFlag[] {
  const [, folder, scale] = /^(.+)@(-?[\d.]+)$/.exec(text) ?? [];
  if (folder === undefined || scale === undefined || existsSync(text)) return [...before, { folder: text, scale: 1 }];
  return [...before, { folder, scale: someNumber(scale) }];
}
