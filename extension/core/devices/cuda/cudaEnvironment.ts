/** The environment of a process that may use CUDA. It must be set before the process loads ONNX Runtime. */

import { existsSync } from "node:fs";
import { cudaVariable } from "../../runtime/cudaVariable.ts";
import type { DeviceChoice } from "../../runtime/device.ts";
import { cudaFolder } from "./cudaLibraries.ts";

/**
 * Returns the variable that makes a process load the CUDA libraries, if they are set up and the choice of device allows CUDA. A
 * process with them has no WebGPU, which only the other build of ONNX Runtime contains.
 */
export function cudaEnvironment(home: string, device: DeviceChoice = "auto"): Readonly<Record<string, string>> {
  const folder = cudaFolder(home);
  return (device === "auto" || device === "cuda") && existsSync(folder) ? { [cudaVariable]: folder } : {};
}
