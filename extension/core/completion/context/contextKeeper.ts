/**
 * Keeps the context in front of each file in the prompt. It changes only while the user pauses, never while they type, because
 * another context makes the model read the whole prompt again. Copies of the text at the cursor are requested each time.
 *
 * Independent of editor, clock and processes: callers report when the user pauses, and pass the index as a function.
 */

import { LRUCache } from "lru-cache";
import type { Copy, RepositoryAnswer, RepositoryQuery, Snippet } from "../../repository/repositoryQuery.ts";
import { codeLines, shareIn } from "./codeLines.ts";
import { selectContext, type ContextLimits, type ContextSnippet } from "./selectContext.ts";

export interface FileContext {
  /** The parts of other files, in the order of the prompt. */
  readonly context: readonly ContextSnippet[];
  /** Undefined if the index did not answer in time. */
  readonly copies: readonly Copy[] | undefined;
}

export interface ContextKeeper {
  /** Returns the context of a request. The first request of a file chooses one, later ones keep it. */
  request(query: RepositoryQuery, signal?: AbortSignal): Promise<FileContext>;
  /** Call it when the user pauses. Chooses the context anew, and returns it if it has changed, so that the caller prepares it. */
  pause(query: RepositoryQuery, signal?: AbortSignal): Promise<FileContext | undefined>;
  /**
   * Call it when a file has changed, or may no longer be read. Parts of it leave the prompt at the next pause, or at once if it is
   * `gone`.
   */
  fileChanged(path: string, gone: boolean): void;
  /** Forgets the context of all files, for example because another base has room for more. */
  clear(): void;
}

export interface ContextKeeperOptions {
  /** Returns undefined if there is no answer in time. */
  readonly ask: (query: RepositoryQuery, signal: AbortSignal | undefined) => Promise<RepositoryAnswer | undefined>;
  readonly limits: () => ContextLimits;
}

/** The number of files whose context is kept. */
const mostFiles = 20;
/** The kept context stays while it holds this share of the lines of a new one. */
const keptShare = 0.75;

interface Kept {
  readonly context: readonly ContextSnippet[];
  /** Whether a file that it shows has changed. */
  readonly isOutdated: boolean;
}

export function contextKeeper({ ask, limits }: ContextKeeperOptions): ContextKeeper {
  const kept = new LRUCache<string, Kept>({ max: mostFiles });
  /** Counts the calls of `clear`, so that the answer to an earlier question is not kept. */
  let epoch = 0;

  const choose = (query: RepositoryQuery, answer: RepositoryAnswer): readonly ContextSnippet[] => {
    const next = selectContext(query, answer, limits());
    const before = kept.get(query.path);
    const context = !before
      ? next
      : before.isOutdated
        ? inOldOrder(before.context, next)
        : steady(before.context, next);
    kept.set(query.path, { context, isOutdated: false });
    return context;
  };

  /**
   * Asks the index, and removes from all contexts the files that it reports as gone: it learns of ignored files after the editor.
   * Returns undefined also if all contexts were forgotten meanwhile.
   */
  const answerTo = async (query: RepositoryQuery, signal?: AbortSignal): Promise<RepositoryAnswer | undefined> => {
    const shown = kept.get(query.path)?.context.map(({ path }) => path) ?? [];
    const askedIn = epoch;
    const answer = await ask(shown.length > 0 ? { ...query, shown } : query, signal);
    if (epoch !== askedIn) return undefined;
    for (const path of answer?.gone ?? []) keeper.fileChanged(path, true);
    return answer;
  };

  const keeper: ContextKeeper = {
    async request(query, signal) {
      const answer = await answerTo(query, signal);
      const known = kept.get(query.path)?.context;
      if (!answer) return { context: known ?? [], copies: undefined };
      return { context: known ?? choose(query, answer), copies: answer.copies };
    },
    async pause(query, signal) {
      const answer = await answerTo(query, signal);
      if (!answer || signal?.aborted) return undefined;
      const known = kept.get(query.path)?.context;
      const context = choose(query, answer);
      return context === known ? undefined : { context, copies: answer.copies };
    },
    fileChanged(path, gone) {
      // Setting an entry moves it to the end of the cache, where a live iterator would meet it again.
      const entries = [...kept.entries()];
      for (const [file, { context }] of entries) {
        if (!context.some((part) => part.path === path)) continue;
        kept.set(file, { context: gone ? context.filter((part) => part.path !== path) : context, isOutdated: true });
      }
    },
    clear: () => {
      epoch++;
      kept.clear();
    },
  };
  return keeper;
}

/** Returns the kept context itself if it holds most of the new one. */
function steady(before: readonly ContextSnippet[], next: readonly ContextSnippet[]): readonly ContextSnippet[] {
  const wanted = codeLines(next.map(({ text }) => text).join("\n"));
  const held = codeLines(before.map(({ text }) => text).join("\n"));
  if (wanted.size === 0 ? before.length === next.length : shareIn(wanted, held) >= keptShare) return before;
  return inOldOrder(before, next);
}

/** Puts the parts that stay first, in their old order, so that the model reads only what follows them. */
function inOldOrder(before: readonly ContextSnippet[], next: readonly ContextSnippet[]): readonly ContextSnippet[] {
  const keyOf = ({ path, text }: Snippet): string => `${path}\0${text}`;
  const places = new Map(before.map((snippet, place) => [keyOf(snippet), place]));
  const placeOf = (snippet: Snippet): number => places.get(keyOf(snippet)) ?? Infinity;
  const stays = next.filter((snippet) => placeOf(snippet) < Infinity).toSorted((a, b) => placeOf(a) - placeOf(b));
  return [...stays, ...next.filter((snippet) => placeOf(snippet) === Infinity)];
}
