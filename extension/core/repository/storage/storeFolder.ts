/** Locates the index of a repository on disk. */

import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * @param home holds the indexes of all repositories
 * @param root the repository's real path
 */
export function storeFolder(home: string, root: string): string {
  return join(home, createHash("sha256").update(root).digest("hex").slice(0, 32));
}
