/** Defines graft adapter and its commands for commander. commands/adapters/ implements them. */

import { Option, type Command } from "commander";
import { adapterFormats } from "../core/adapters/formats/convertAdapter.ts";
import { userFields } from "../core/training/trainRequest.ts";
import {
  convertCommand,
  inspectCommand,
  mergeCommand,
  validateCommand,
  type ConvertFlags,
  type MergeFlags,
} from "./commands/adapters/adapter.ts";
import {
  refreshCommand,
  refreshesCommand,
  undoRefreshCommand,
  type RefreshFlags,
} from "./commands/adapters/refresh.ts";
import { addCommand, addGroup, baseOption, listOfData, type ContextOf, type Shared } from "./flags.ts";
import { addRequestOptions } from "./requestOptions.ts";

export function addAdapterCommands(program: Command, contextOf: ContextOf): void {
  const adapter = addGroup(program, "adapter", "Inspect, validate, convert, merge and refresh adapters");
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
  const refreshing = addCommand(
    adapter,
    "refresh <dir>",
    "Learn what has changed in folders since the adapter's training; keep it only if nothing gets worse",
  ).addOption(baseOption());
  addRequestOptions(refreshing, userFields.pick({ data: true, steps: true, include: true, device: true }), {
    data: { value: "data", parse: listOfData, required: true },
    include: { value: "files" },
  }).action(async (folder: string, flags: Shared & RefreshFlags) => {
    await refreshCommand(folder, flags, contextOf(flags));
  });
  addCommand(adapter, "refreshes <dir>", "List the refreshes of an adapter").action(
    async (folder: string, flags: Shared) => await refreshesCommand(folder, contextOf(flags)),
  );
  addCommand(adapter, "undo-refresh <dir>", "Go back to the weights before an adapter's last refresh").action(
    async (folder: string, flags: Shared) => await undoRefreshCommand(folder, contextOf(flags)),
  );
}
