/** Reads a folder of Python files as training texts: its author's code, without files of tools and without secrets. */

import { join } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { infoOf } from "../foundation/exists.ts";
import { say } from "../foundation/words/said.ts";
import { ownCommits, type OwnCommits } from "../sources/git/ownLines.ts";
import { ownSpans } from "../sources/git/ownSpans.ts";
import { openSourceReader, type ReaderOptions } from "../sources/readSources.ts";
import type { Skipped } from "../sources/skipped.ts";
import type { Dataset } from "./example.ts";

/** Whether a text was learned before. */
export type IsLearned = (text: string) => boolean;

interface PythonOptions extends ReaderOptions {
  /** A day. Reads only files with lines that the user's own commits have added since then, and learns from these lines. */
  readonly commitsSince?: string | undefined;
  /** A time. Marks files that have not been written since then. */
  readonly changedSince?: string | undefined;
  /** With `changedSince`, also marks files whose text was learned before. */
  readonly isLearned?: IsLearned | undefined;
}

/**
 * Reads the .py files under `folder`, in the order of their paths. Unusable files are problems. Files outside of the author's
 * code, such as in an environment, are skipped silently. `onSkipped` receives both.
 */
export function pythonExamples(
  folder: string,
  { commitsSince: since, changedSince, isLearned, ...options }: PythonOptions = {},
): Dataset["examples"] {
  const reader = openSourceReader(folder, options);
  const isUnchanged = changedSince === undefined ? undefined : unchangedSince(changedSince, isLearned);
  let own: Promise<OwnCommits["lines"]> | undefined;
  return async function* (onSkipped) {
    // All readings learn from the same lines.
    const lines = since === undefined ? undefined : await (own ??= ownLines(folder, since));
    const isMeant = (path: string): boolean => lines?.has(path) ?? true;
    const skipped = onSkipped && ((file: Skipped): void => (isMeant(file.path) ? onSkipped(file) : undefined));
    for await (const source of reader.read(skipped)) {
      if (!isMeant(source.path)) continue;
      if ("text" in source) {
        const { text, path } = source;
        const spans = lines && ownSpans(text, lines.get(path)!);
        if (spans?.length === 0) continue;
        const unchanged = await isUnchanged?.(join(folder, path), text);
        yield { kind: "text", text, path, ...(spans && { own: spans }), ...(unchanged && { unchanged }) };
      } else {
        onSkipped?.({ path: source.path, reason: source.reason });
        yield { where: source.path, message: source.unfit };
      }
    }
  };
}

/**
 * Returns a test for whether a file was last written before `time`, or has a text that was learned before. Its answer for a file never
 * changes between readings. A file that has vanished counts as written since then.
 */
export function unchangedSince(
  time: string,
  isLearned: IsLearned = () => false,
): (path: string, text: string) => Promise<boolean> {
  const [since, known] = [Date.parse(time), new Map<string, boolean>()];
  return async (path, text) => {
    const found = known.get(path) ?? (((await infoOf(path))?.mtimeMs ?? Infinity) < since || isLearned(text));
    known.set(path, found);
    return found;
  };
}

/** @throws UserError "data-missing" if git does not know the user's commits */
export async function ownLines(folder: string, since: string): Promise<OwnCommits["lines"]> {
  const found = await ownCommits(folder, since);
  if (found) return found.lines;
  throw new UserError(
    "data-missing",
    say`Cannot find your commits in ${folder}: git or a repository is missing, or git does not know your address.`,
    say`Set it with \`git config --global user.email YOU@EXAMPLE.ORG\`, or choose other data.`,
  );
}
