/** Renames that wait for others, where the system does not let anybody rename what is open. */

import { rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "./errors.ts";

/** What Windows says while a virus scanner, an indexer or another process of ours has a file open. */
const passing = new Set(["EPERM", "EACCES", "EBUSY"]);

/** Milliseconds. A scanner is done within one or two seconds. */
const [firstPause, longestPause, patience] = [10, 250, 5000];

/**
 * As `rename`. On Windows, where a refusal may pass, it tries again for some seconds; graceful-fs, which does so too, gives up at
 * once where there is a file to replace.
 *
 * @throws what the last try has thrown
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
