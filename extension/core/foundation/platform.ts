/** Where Graft can run: on the platforms that ONNX Runtime is built for. It loads nothing native. */

import { UserError } from "./errors.ts";

/** As VS Code names them. A test compares them with what onnxruntime-node brings. */
export const platforms = ["linux-x64", "linux-arm64", "win32-x64", "win32-arm64", "darwin-arm64"] as const;

/** @throws UserError "platform-unsupported" */
export function checkPlatform(platform = `${process.platform}-${process.arch}`): void {
  if (platforms.some((supported) => supported === platform)) return;
  throw new UserError(
    "platform-unsupported",
    `Graft does not run on ${platform}: ONNX Runtime, which computes its models, is built for ${platforms.join(", ")} only.`,
    platform === "darwin-x64"
      ? "On a Mac with Apple silicon, use the editor and the Node that are made for it. Intel Macs cannot run Graft."
      : "Use one of these.",
  );
}
