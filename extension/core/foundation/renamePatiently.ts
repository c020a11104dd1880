/** Renames files, and on Windows retries while another program has them open. */

import { rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "./errors.ts";
import { exists } from "./exists.ts";

/** Windows' error codes while a virus scanner, an indexer or another process of Graft has a file open. */
const passing = new Set(["EPERM", "EACCES", "EBUSY"]);

/** Times in milliseconds. A scanner takes one or two seconds. */
const [firstPause, longestPause, patience] = [10, 250, 5000];

/**
 * Renames like `rename`, but on Windows retries temporary errors for a few seconds. graceful-fs also retries, but gives up at once
 * if there is a file to replace.
 *
 * @throws the error of the last attempt
 */
export async function renamePatiently(
  from: string,
  to: string,
  { move = rename, waits = process.platform === "win32" } = {},
): Promise<void> {
  const startedAt = performance.now();
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await move(from, to);
    } catch (error) {
      const isPassing = waits && passing.has(systemCode(error) ?? "");
      if (!isPassing || performance.now() - startedAt > patience) throw error;
    }
    await sleep(pause);
  }
}

/** The systems' error codes for a name that is taken; the last two have other reasons, too. */
const takenCodes = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR", "EPERM", "EACCES"]);

/**
 * Renames a folder patiently, unless its new name is taken. An empty folder there is no obstacle, except on Windows.
 *
 * @returns false if something is at `to`
 */
export async function renameToFree(from: string, to: string): Promise<boolean> {
  let isFree = true;
  const move = async (): Promise<void> => {
    try {
      await rename(from, to);
    } catch (error) {
      if (!takenCodes.has(systemCode(error) ?? "") || !(await exists(to))) throw error;
      isFree = false;
    }
  };
  await renamePatiently(from, to, { move });
  return isFree;
}
