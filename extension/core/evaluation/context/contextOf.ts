/**
 * What the model reads in front of held-out code, by the kind of context: nothing, the path, or parts of the other files of the
 * repository, chosen as in the editor.
 */

import { stat } from "node:fs/promises";
import type { ContextKind } from "../../completion/context/contextFields.ts";
import {
  frontOf,
  indexFiles,
  indexFolder,
  type IndexedRepository,
  type RequestFront,
} from "../../completion/context/indexedRepository.ts";
import { sourceFiles, type SourceFile } from "../suites/heldOut.ts";

/** Returns what precedes the prefix of a request in a file. */
export type ContextOf = (
  file: SourceFile,
  cursor: { readonly prefix: string; readonly suffix: string },
) => RequestFront;

/**
 * Indexes the repository around held-out code, by the rules of the editor's index.
 *
 * @param source a folder, or a file of rows with paths
 * @throws UserError "suite-missing", "suite-format"
 */
export async function openEvaluationRepository(source: string, signal?: AbortSignal): Promise<IndexedRepository> {
  const isFolder = (await stat(source).catch(() => undefined))?.isDirectory() ?? false;
  return isFolder ? await indexFolder(source, signal) : await indexFiles(source, rowsOf(source), signal);
}

async function* rowsOf(source: string): AsyncGenerator<SourceFile> {
  for await (const file of sourceFiles(source)) if ("text" in file) yield file;
}

/** @param contextTokens the candidate's room for other files */
export function contextOf(
  kind: ContextKind,
  repository: IndexedRepository | undefined,
  contextTokens: number,
): ContextOf {
  if (kind === "none") return () => ({});
  if (!repository) return ({ path }) => ({ path });
  // The index leaves out the file's own text, which it knows by this path.
  return ({ path, text }, cursor) =>
    frontOf(repository, { path: repository.pathOf(text) ?? path, ...cursor }, contextTokens);
}
