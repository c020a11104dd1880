/** Defines graft devices and its flags for commander. commands/devices.ts implements it. */

import { Argument, Option, type Command } from "commander";
import { deviceChoices } from "../core/runtime/device.ts";
import { devicesCommand, type DevicesFlags } from "./commands/devices.ts";
import { installCudaCommand } from "./commands/installCuda.ts";
import { addCommand, baseOption, type ContextOf, type Shared } from "./flags.ts";

export function addDeviceCommands(program: Command, contextOf: ContextOf): void {
  const description = "List the devices of this machine: what each can run, what it lacks, how fast it is";
  const devices = addCommand(program, "devices", description)
    .addOption(baseOption())
    .option("--again", "Measure devices again that have been measured", false)
    .action(async (flags: Shared & DevicesFlags) => await devicesCommand(flags, contextOf(flags)));
  addCommand(devices, "install", "Download what a device needs: ONNX Runtime's libraries for CUDA")
    .addArgument(new Argument("<device>", "Device to set up").choices(["cuda"]))
    .action(async (_device: string, _flags: Shared, self: Command) => {
      // Flags before and after the name of the subcommand are the same.
      await installCudaCommand(contextOf(self.optsWithGlobals<Shared>()));
    });
}

/** The device of a benchmark, or all that work. */
export function benchDeviceOption(): Option {
  return new Option("--device <name>", "Device to measure; all compares the devices that work")
    .choices([...deviceChoices, "all"])
    .default("auto");
}
