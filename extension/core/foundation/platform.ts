/** Facts about platforms: where ONNX Runtime is available, and which names files can have. Loads no native code. */

import { UserError } from "./errors.ts";
import { say } from "./words/said.ts";

/** Supported platforms, with VS Code's names. A test compares them with the contents of onnxruntime-node. */
export const platforms = ["linux-x64", "linux-arm64", "win32-x64", "win32-arm64", "darwin-arm64"] as const;

/** @throws UserError "platform-unsupported" */
export function checkPlatform(platform = `${process.platform}-${process.arch}`): void {
  if (platforms.some((supported) => supported === platform)) return;
  throw new UserError(
    "platform-unsupported",
    say`Graft does not run on ${platform}: ONNX Runtime, which runs its models, supports only ${platforms.join(", ")}.`,
    platform === "darwin-x64"
      ? say`On a Mac with Apple silicon, use the Apple silicon versions of the editor and Node. Intel Macs cannot run Graft.`
      : say`Use one of these platforms.`,
  );
}

/** Windows opens devices by these names, with any ending: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/**
 * Whether every platform accepts the name for a file, because homes and exports move between machines. Windows drops dots and spaces at
 * the end, and would use another file.
 */
export function isPortableName(name: string): boolean {
  return !devices.test(name) && !/[. ]$/.test(name);
}
