/** The repository around a replayed file: the index with the author's edits, and the context, which is kept as in the editor. */

import { contextKeeper, type FileContext } from "../../completion/context/contextKeeper.ts";
import { contextLimits } from "../../completion/context/contextLimits.ts";
import { openEvaluationRepository } from "../context/contextOf.ts";
import type { SourceFile } from "../suites/heldOut.ts";
import type { TypedDocument } from "./suggester.ts";

/** The part of a request that says what precedes the prefix. */
export interface RequestFront extends FileContext {
  readonly path: string;
  readonly repositoryName: string;
}

export interface ReplayedRepository {
  /** The author opens a file. */
  enter(file: SourceFile): void;
  front(document: TypedDocument, signal: AbortSignal): Promise<RequestFront>;
  /** The author pauses: takes the edits. Returns the front if it has changed. */
  pause(document: TypedDocument, signal: AbortSignal): Promise<RequestFront | undefined>;
  /** The author leaves the file as it was. */
  leave(): void;
}

/**
 * @param source the folder or file that the replayed files come from
 * @param contextTokens the base's room for other files
 * @throws UserErrors of reading the sources
 */
export async function openReplayedRepository(
  source: string,
  contextTokens: number,
  signal?: AbortSignal,
): Promise<ReplayedRepository> {
  const index = await openEvaluationRepository(source, signal);
  const keeper = contextKeeper({
    ask: (query) => Promise.resolve(index.ask(query)),
    limits: () => contextLimits(contextTokens),
  });
  let opened: SourceFile = { path: "", text: "" };
  /** The file's path in the index, by which the index leaves out the file's own text; undefined if the file is not in it. */
  let path: string | undefined;
  const asked = (document: TypedDocument): TypedDocument => ({ ...document, path: path ?? document.path });
  const frontWith = (context: FileContext, document: TypedDocument): RequestFront => {
    return { ...context, path: document.path, repositoryName: index.name };
  };
  return {
    enter: (file) => {
      opened = file;
      path = index.pathOf(file.text);
    },
    front: async (document, hurry) => frontWith(await keeper.request(asked(document), hurry), document),
    pause: async (document, hurry) => {
      if (path !== undefined) index.update(path, document.prefix + document.suffix);
      const context = await keeper.pause(asked(document), hurry);
      return context && frontWith(context, document);
    },
    leave: () => {
      if (path !== undefined) index.update(path, opened.text);
      keeper.clear();
    },
  };
}
