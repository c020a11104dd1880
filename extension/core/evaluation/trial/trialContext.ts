/** Adds to the requests of a trial what the editor would add from the other files of a folder. */

import type { Log } from "../../foundation/log.ts";
import type { HeldOutFile } from "../../training/data/heldOutFiles.ts";
import { contextOf, openEvaluationRepository, type ContextOf } from "../context/contextOf.ts";
import type { SourceFile } from "../suites/heldOut.ts";

export interface ContextOptions {
  /** The base's room for other files. */
  readonly contextTokens: number;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** The context of the file alone. */
export const withoutOthers: ContextOf = contextOf("file", undefined, 0);

/** Indexes the folders of the files. A folder that is gone adds nothing. */
export async function withOthers(
  files: readonly HeldOutFile[],
  { contextTokens, log, signal }: ContextOptions,
): Promise<ContextOf> {
  const contexts = new Map<string, ContextOf>();
  for (const folder of new Set(files.map((file) => file.folder))) {
    if (folder === null) continue;
    try {
      const repository = await openEvaluationRepository(folder, signal);
      contexts.set(folder, contextOf("repository", repository, contextTokens));
    } catch (error) {
      signal?.throwIfAborted();
      log.warn(`The trial leaves out the other files of ${folder}: ${String(error)}`);
    }
  }
  const folders = new Map<SourceFile, string | null>(files.map((file) => [file, file.folder]));
  return (file, cursor) => (contexts.get(folders.get(file) ?? "") ?? withoutOthers)(file, cursor);
}
