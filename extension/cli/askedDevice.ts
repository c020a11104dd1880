/** Which device the arguments ask for, before commander reads them: ONNX Runtime is loaded by then. Imports nothing that loads it. */

import { parseArgs } from "node:util";
import { deviceChoices, type DeviceChoice } from "../core/runtime/device.ts";

/**
 * Reads `--device NAME` and `--device=NAME`, the last of several, as commander does. Undefined for another value, or none. `all`
 * measures each device in a process of its own, so this one has the CPU.
 */
export function askedDevice(args: readonly string[]): DeviceChoice | undefined {
  const options = { device: { type: "string" } } as const;
  const { device } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true }).values;
  if (device === "all") return "cpu";
  return deviceChoices.find((choice) => choice === device);
}
