/** Runs git in the folder of a test, as an author who is in no configuration of the machine. */

import { execFileSync } from "node:child_process";

const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];

/** Returns what the command prints. */
export function git(folder: string, ...parameters: readonly string[]): string {
  return execFileSync("git", [...identity, ...parameters], { cwd: folder, encoding: "utf8" });
}
