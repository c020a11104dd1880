/** The Python files that the last commits of a repository touched: the newest code of a folder. */

import { gitOutput } from "./gitProgram.ts";

/** Commits to look at. The bound keeps a long history as quick as a short one. */
const commitsRead = 500;
/** A commit that touches a larger share of the files, such as an import or a reformatting, says nothing about their age. */
const largestShare = 0.25;
/** Commits of up to this many files always count. */
const alwaysCounts = 3;
const commitMark = "\u0001";

/**
 * Returns those of `files` that the last commits touched, newest first, each once; nothing without git or a repository.
 *
 * @param files paths relative to `folder`, with forward slashes
 * @throws the signal's reason once it is aborted
 */
export async function recentFiles(
  folder: string,
  files: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const log = await gitOutput(
    folder,
    ["log", "-z", `-n${commitsRead}`, "--name-only", "--relative", "--no-renames", "--no-merges", "--format=%x01"],
    signal,
  );
  const recent = new Set<string>();
  for (const commit of (log ?? "").split(commitMark)) {
    const touched = commit
      .split("\0")
      .map((path) => path.trim())
      .filter((path) => files.has(path));
    if (touched.length > Math.max(alwaysCounts, largestShare * files.size)) continue;
    for (const path of touched) recent.add(path);
  }
  return [...recent];
}
