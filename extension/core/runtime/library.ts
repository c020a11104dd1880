/**
 * Loads ONNX Runtime's native library: the package's own, or the one in the folder that the environment names, which can use CUDA.
 *
 * The library is found by its name, "libonnxruntime.so.1". The first library of that name in a process serves all callers, and
 * looks for its providers next to itself. So a copy of the binding next to the other library is loaded first.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import type * as OnnxRuntime from "onnxruntime-node";
import { cudaVariable } from "./cudaVariable.ts";

export const bindingName = "onnxruntime_binding.node";

/**
 * Turns off telemetry. Since 1.29, on all systems except Windows, the runtime reports to Microsoft which models and
 * machines it runs on, unless this is set before the first session (its docs/Privacy.md). On Windows it only writes
 * events that the system may collect.
 */
process.env["ORT_DISABLE_TELEMETRY"] = "1";

const folder = process.env[cudaVariable];
if (folder) process.dlopen({ exports: {} }, join(folder, bindingName));

/** Not an import, because a bundle would hoist it above the preceding lines. */
export const runtime = createRequire(import.meta.url)("onnxruntime-node") as typeof OnnxRuntime;

/** Returns the path of the binding that belongs to the package on this platform. */
export function bindingPath(): string {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(main, "..", "..", "bin", "napi-v6", process.platform, process.arch, bindingName);
}
