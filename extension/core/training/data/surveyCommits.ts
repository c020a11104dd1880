/** Counts what a training on the user's own commits would learn from, without tokenizing it. */

import { join } from "node:path";
import { ownCommits } from "../../sources/git/ownLines.ts";
import { ownSpans } from "../../sources/git/ownSpans.ts";
import { isPythonFile } from "../../sources/pythonFiles.ts";
import { readCurrentSource } from "../../sources/readSources.ts";

export interface CommitSurvey {
  readonly folder: string;
  /** The user's address in git; absent if git or a repository is missing. */
  readonly email?: string;
  readonly commits: number;
  /** The number of files with lines of the user's, and of these lines. */
  readonly files: number;
  readonly lines: number;
}

/** @param since a day, such as "2026-05-01" */
export async function surveyCommits(folder: string, since: string, signal?: AbortSignal): Promise<CommitSurvey> {
  const own = await ownCommits(folder, since, signal);
  if (!own) return { folder, commits: 0, files: 0, lines: 0 };
  let [files, lines] = [0, 0];
  for (const [path, texts] of own.lines) {
    if (!(await isPythonFile(folder, path))) continue;
    const source = await readCurrentSource(join(folder, path));
    signal?.throwIfAborted();
    if (!("text" in source)) continue;
    const { text } = source;
    const parts = ownSpans(text, texts).map(([start, end]) => text.slice(start, end));
    if (parts.length > 0) files++;
    lines += parts.reduce((sum, part) => sum + part.trimEnd().split("\n").length, 0);
  }
  return { folder, email: own.email, commits: own.commits, files, lines };
}
