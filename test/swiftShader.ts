/**
 * WebGPU without a GPU: SwiftShader, the software Vulkan that Debian's chromium ships with its own loader. Only a new process can use it,
 * because the loader's path is read when a process starts.
 */

import { fork } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

const driver = "vk_swiftshader_icd.json";

/** The folder of the driver and the loader; undefined if chromium lacks them. */
export const swiftShaderFolder = ["/usr/lib/chromium", ...besideChromium()].find((folder) =>
  [driver, "libvk_swiftshader.so", "libvulkan.so.1"].every((name) => existsSync(join(folder, name))),
);

function besideChromium(): string[] {
  const chromium = process.env["CHROMIUM"];
  return chromium !== undefined && existsSync(chromium) ? [dirname(realpathSync(chromium))] : [];
}

export const swiftShader = "SwiftShader, the software Vulkan beside Debian's chromium";

/** The variables that make a process find it. */
export function swiftShaderEnvironment(): Record<string, string> {
  const folder = swiftShaderFolder ?? "";
  const driverFile = join(folder, driver);
  return { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: driverFile, VK_ICD_FILENAMES: driverFile };
}

/** Runs a script that sends one message, in a process that can use WebGPU. */
export async function onSwiftShader(script: string, args: readonly string[]): Promise<unknown> {
  const child = fork(script, args, {
    env: { ...process.env, ...swiftShaderEnvironment() },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  return await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal} and no answer: ${said}`)));
    child.once("error", reject);
  });
}
