/** Defines graft adapter and its commands for commander. commands/adapter.ts implements them. */

import { Option, type Command } from "commander";
import { adapterFormats } from "../core/adapters/formats/convertAdapter.ts";
import {
  convertCommand,
  inspectCommand,
  mergeCommand,
  validateCommand,
  type ConvertFlags,
  type MergeFlags,
} from "./commands/adapter.ts";
import { addCommand, addGroup, baseOption, type ContextOf, type Shared } from "./flags.ts";

export function addAdapterCommands(program: Command, contextOf: ContextOf): void {
  const adapter = addGroup(program, "adapter", "Inspect, validate, convert and merge adapters");
  addCommand(adapter, "inspect <dir>", "Show what an adapter contains, and how much it changes its base").action(
    async (folder: string, flags: Shared) => await inspectCommand(folder, contextOf(flags)),
  );
  addCommand(adapter, "validate <dir>", "Check that an adapter fits a base")
    .addOption(baseOption())
    .action(async (folder: string, flags: Shared & { base: string }) => {
      await validateCommand(folder, flags, contextOf(flags));
    });
  addCommand(
    adapter,
    "convert <dir>",
    "Convert LoRA for other runtimes: ONNX Runtime's .onnx_adapter, llama.cpp's GGUF",
  )
    .addOption(new Option("--to <format>", "Format of the output").choices(adapterFormats).makeOptionMandatory())
    .addOption(baseOption())
    .requiredOption("--out <file>", "Output file")
    .action(async (folder: string, flags: Shared & ConvertFlags) => {
      await convertCommand(folder, flags, contextOf(flags));
    });
  addCommand(adapter, "merge <dir>", "Merge LoRA or IA3 into its base: into a new base, or a model folder")
    .addOption(baseOption())
    .option("--name <name>", "Name of the new base (default BASE-ADAPTER)")
    .addOption(new Option("--out <dir>", "Write a Hugging Face folder instead").conflicts("name"))
    .action(async (folder: string, flags: Shared & MergeFlags) => {
      await mergeCommand(folder, flags, contextOf(flags));
    });
}
