/**
 * What the model reads in front of held-out code, by the kind of context: nothing, the path, or parts of the other files of the
 * repository, chosen as in the editor.
 */

import { contextLimits } from "../../completion/context/contextLimits.ts";
import { selectContext } from "../../completion/context/selectContext.ts";
import type { ContextKind } from "../../completion/context/contextFields.ts";
import type { CompletionRequest } from "../../completion/completionRequest.ts";
import type { RepositoryAnswer, RepositoryQuery, Snippet } from "../../repository/repositoryQuery.ts";
import type { SourceFile } from "../suites/heldOut.ts";

export interface EvaluationRepository {
  readonly name: string;
  /** Hash of the files that the index holds. */
  readonly hash: string;
  /** Returns the path of the file with this text; undefined if the repository lacks it. */
  pathOf(text: string): string | undefined;
  ask(query: RepositoryQuery): Promise<RepositoryAnswer>;
}

/** Returns the part of a request that says what precedes the prefix. */
export type ContextOf = (
  file: SourceFile,
  cursor: { readonly prefix: string; readonly suffix: string },
) => Promise<Pick<CompletionRequest, "path" | "repositoryName" | "copies"> & { readonly context?: readonly Snippet[] }>;

/** @param contextTokens the candidate's room for other files */
export function contextOf(
  kind: ContextKind,
  repository: EvaluationRepository | undefined,
  contextTokens: number,
): ContextOf {
  if (kind === "none") return () => Promise.resolve({});
  if (!repository) return ({ path }) => Promise.resolve({ path });
  return async ({ path: suitePath, text }, cursor) => {
    // The index leaves out what the file itself says, under the path that it knows.
    const path = repository.pathOf(text) ?? suitePath;
    const answer = await repository.ask({ path, ...cursor });
    const context = selectContext({ path, ...cursor }, answer, contextLimits(contextTokens));
    return {
      path,
      repositoryName: repository.name,
      context: context.map((snippet) => ({ path: snippet.path, text: snippet.text })),
      copies: answer.copies,
    };
  };
}
