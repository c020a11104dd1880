/** graft adapter and its commands as commander sees them. What they do is in commands/adapter.ts. */

import { Option, type Command } from "commander";
import {
  adapterFormats,
  convertCommand,
  inspectCommand,
  mergeCommand,
  validateCommand,
  type ConvertFlags,
  type MergeFlags,
} from "./commands/adapter.ts";
import { addCommand, addGroup, baseOption, type ContextOf, type Shared } from "./flags.ts";

export function addAdapterCommands(program: Command, contextOf: ContextOf): void {
  const adapter = addGroup(program, "adapter", "look at adapters, and hand them on");
  addCommand(adapter, "inspect <dir>", "what an adapter consists of, and how far it moves its base").action(
    async (folder: string, flags: Shared) => await inspectCommand(folder, contextOf(flags)),
  );
  addCommand(adapter, "validate <dir>", "whether an adapter fits a base")
    .addOption(baseOption())
    .action(async (folder: string, flags: Shared & { base: string }) => {
      await validateCommand(folder, flags, contextOf(flags));
    });
  addCommand(adapter, "convert <dir>", "LoRA for other runtimes: ONNX Runtime's .onnx_adapter, llama.cpp's GGUF")
    .addOption(new Option("--to <format>", "what to write").choices(adapterFormats).makeOptionMandatory())
    .addOption(baseOption())
    .requiredOption("--out <file>", "the file to write")
    .action(async (folder: string, flags: Shared & ConvertFlags) => {
      await convertCommand(folder, flags, contextOf(flags));
    });
  addCommand(adapter, "merge <dir>", "make LoRA or IA3 a part of its base: a new base, or a model folder")
    .addOption(baseOption())
    .option("--name <name>", "what to call the new base; BASE-ADAPTER unless given")
    .addOption(new Option("--out <dir>", "write a Hugging Face folder instead").conflicts("name"))
    .action(async (folder: string, flags: Shared & MergeFlags) => {
      await mergeCommand(folder, flags, contextOf(flags));
    });
}
