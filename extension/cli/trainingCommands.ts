/** Defines graft train for commander. Its flags are the fields of the request. */

import { InvalidArgumentError, type Command } from "commander";
import { userFields } from "../core/training/trainRequest.ts";
import { trainCommand, type TrainFlags } from "./commands/train.ts";
import { addCommand, baseOption, listOfData, type ContextOf, type Shared } from "./flags.ts";
import { addRequestOptions } from "./requestOptions.ts";

export function addTrainCommand(program: Command, contextOf: ContextOf): void {
  const command = addCommand(program, "train", "Train an adapter, or a whole base").addOption(baseOption());
  addRequestOptions(command, userFields.omit({ base: true }), {
    data: { value: "data", parse: listOfData },
    preset: { value: "name" },
    method: { value: "method" },
    epochs: { value: "n", conflicts: "steps" },
    schedule: { value: "shape" },
    optimizer: { value: "name" },
    shuffle: { help: "Keep the order of the data" },
    saveEvery: { value: "seconds" },
    validation: { value: "data" },
    include: { value: "files" },
    commitsSince: { value: "day" },
    changedSince: { value: "time" },
    holdOut: { value: "files" },
    trial: { help: "Do not measure on held-out files whether the adapter helps" },
    init: { value: "adapter" },
    out: { value: "dir", required: true, parse: someFolder },
  });
  command.option("--preview", "Show what would be trained on, and train nothing");
  command.action(async ({ json, verbose, ...flags }: Shared & TrainFlags, self: Command) => {
    if (flags.data === undefined && flags.resume !== true) {
      self.error("error: required option '--data <data>' not specified");
    }
    await trainCommand(flags, contextOf({ json, verbose }));
  });
}

/** An empty path would be the current folder, which no user means to replace. */
function someFolder(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must be the path of a folder.");
  return text;
}
