/**
 * Finds the device that the arguments ask for, before commander reads them, because ONNX Runtime is already loaded then. Imports nothing
 * that loads it.
 */

import { parseArgs } from "node:util";
import { deviceChoices, type DeviceChoice } from "../core/runtime/device.ts";

/**
 * Reads `--device NAME` and `--device=NAME`, the last of several, as commander does. Returns undefined for another value, or none. `all`
 * measures each device in a separate process, so this one uses the CPU.
 */
export function askedDevice(args: readonly string[]): DeviceChoice | undefined {
  const options = { device: { type: "string" } } as const;
  const { device } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true }).values;
  if (device === "all") return "cpu";
  return deviceChoices.find((choice) => choice === device);
}
