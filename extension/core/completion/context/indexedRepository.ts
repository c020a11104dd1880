/** A whole repository in memory, and the parts of it that a prompt puts in front of a file. For commands, not for the editor. */

import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import { readRepository } from "../../repository/readRepository.ts";
import { openRepository } from "../../repository/repository.ts";
import type { RepositoryFile } from "../../repository/buildSegment.ts";
import type { RepositoryAnswer, RepositoryQuery } from "../../repository/repositoryQuery.ts";
import type { CompletionRequest } from "../completionRequest.ts";
import { contextLimits } from "./contextLimits.ts";
import { selectContext, type ContextSnippet } from "./selectContext.ts";

export interface IndexedRepository {
  readonly name: string;
  /** Hash of the files that the index holds. */
  readonly hash: string;
  /** Returns the path of the file with this text; undefined if the repository lacks it. */
  pathOf(text: string): string | undefined;
  ask(query: RepositoryQuery): RepositoryAnswer;
  /** Replaces the text of a file. */
  update(path: string, text: string): void;
}

/** The part of a request that says what precedes the prefix. */
export interface RequestFront extends Pick<CompletionRequest, "path" | "repositoryName" | "copies"> {
  readonly context?: readonly ContextSnippet[];
}

/** @throws the errors of reading the folder */
export function indexFolder(folder: string, signal?: AbortSignal): Promise<IndexedRepository> {
  return indexFiles(folder, readRepository(resolve(folder)), signal);
}

/** @param source the folder or file that the files come from */
export async function indexFiles(
  source: string,
  files: AsyncIterable<RepositoryFile>,
  signal?: AbortSignal,
): Promise<IndexedRepository> {
  const hash = createHash("sha256");
  const paths = new Map<string, string>();
  async function* noted(): AsyncGenerator<RepositoryFile> {
    for await (const { path, text } of files) {
      signal?.throwIfAborted();
      hash.update(JSON.stringify([path, text]));
      const own = contentHash(text);
      if (!paths.has(own)) paths.set(own, path);
      yield { path, text };
    }
  }
  const repository = await openRepository(noted());
  return {
    name: basename(resolve(source)),
    hash: hash.digest("hex"),
    pathOf: (text) => paths.get(contentHash(text)),
    ask: (query) => repository.query(query),
    update: (path, text) => repository.update(path, text),
  };
}

/**
 * Returns what a prompt puts in front of a file, chosen as the editor does.
 *
 * @param contextTokens the base's room for other files
 */
export function frontOf(repository: IndexedRepository, query: RepositoryQuery, contextTokens: number): RequestFront {
  const answer = repository.ask(query);
  const context = selectContext(query, answer, contextLimits(contextTokens));
  return { path: query.path, repositoryName: repository.name, context, copies: answer.copies };
}

function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
