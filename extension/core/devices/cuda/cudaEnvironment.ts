/** The environment of a process that may use CUDA. It must be set before the process loads ONNX Runtime. */

import { existsSync } from "node:fs";
import { cudaVariable } from "../../runtime/cudaVariable.ts";
import type { DeviceChoice } from "../../runtime/device.ts";
import { cudaFolder } from "./cudaLibraries.ts";

/**
 * Returns the variable that makes a process load the CUDA libraries, if they are set up and may be asked for. A process with them
 * has no WebGPU: that library is another build.
 */
export function cudaEnvironment(home: string, device: DeviceChoice = "auto"): Readonly<Record<string, string>> {
  const folder = cudaFolder(home);
  return (device === "auto" || device === "cuda") && existsSync(folder) ? { [cudaVariable]: folder } : {};
}
