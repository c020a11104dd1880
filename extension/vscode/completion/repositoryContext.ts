/**
 * What precedes a document in the prompt: parts of other files of its root folder, and copies of the text at the cursor. Only in trusted
 * folders; the index knows which files may be read.
 */

import { basename } from "node:path";
import * as vscode from "vscode";
import type { CompletionRequest } from "../../core/completion/completionRequest.ts";
import { contextKeeper, type ContextKeeper, type FileContext } from "../../core/completion/context/contextKeeper.ts";
import { contextLimits } from "../../core/completion/context/contextLimits.ts";
import type { ContextLimits } from "../../core/completion/context/selectContext.ts";
import type { Cursor } from "../../core/completion/stop.ts";
import type { RepositoryAnswer, RepositoryQuery } from "../../core/repository/repositoryQuery.ts";
import { placeOf, type RootedPath } from "../repository/roots.ts";
import type { Engine } from "./engine.ts";
import { followEdits, type RecentEdits } from "./recentEdits.ts";

/** The index of the root folders. */
export interface AskedIndex {
  /** Undefined if there is no answer before the signal is aborted. */
  query(
    document: vscode.TextDocument,
    around: Omit<RepositoryQuery, "path">,
    signal?: AbortSignal,
  ): Promise<RepositoryAnswer | undefined>;
  readonly onDidRead: vscode.Event<void>;
  readonly onDidChangeRules: vscode.Event<void>;
}

/** The part of a request that says what precedes the prefix. */
export type Front = Pick<CompletionRequest, "repositoryName" | "edition"> & Partial<FileContext>;

export interface RepositoryContext {
  /**
   * Returns what precedes the text of a request. If the index does not answer within `patience` milliseconds, returns what is already
   * known.
   */
  of(document: vscode.TextDocument, cursor: Cursor, signal: AbortSignal, patience?: number): Promise<Front>;
  /** Called when the user pauses. Returns what has changed, for preparation; undefined if nothing has. */
  pause(document: vscode.TextDocument, cursor: Cursor, signal: AbortSignal): Promise<Front | undefined>;
  /** Fires when other files are read from now on. Completions that were made with the earlier ones must not be shown again. */
  readonly onDidChangeFiles: vscode.Event<void>;
}

/** Milliseconds that a question waits for the index. Most answers take 5, and no context is better than a late one. */
const shortPatience = 80;

interface Root {
  readonly keeper: ContextKeeper;
  /** By path. */
  readonly documents: Map<string, vscode.TextDocument>;
}

export function openRepositoryContext(
  { index, engine }: { index: AskedIndex; engine: Pick<Engine, "state" | "onDidChangeState"> },
  subscriptions: vscode.Disposable[],
): RepositoryContext {
  const roots = new Map<string, Root>();
  const edits = followEdits(subscriptions);
  let contextTokens = 0;
  let edition = 0;

  const rootAt = (folder: string): Root => {
    const root = roots.get(folder) ?? openRoot(index, edits, () => contextLimits(contextTokens));
    roots.set(folder, root);
    return root;
  };
  const forgetAll = (): void => {
    for (const { keeper } of roots.values()) keeper.clear();
  };
  const fileChanged = (uri: vscode.Uri, gone: boolean): void => {
    const place = trustedPlaceOf(uri);
    if (place) roots.get(place.folder)?.keeper.fileChanged(place.path, gone);
  };

  const sources = vscode.workspace.createFileSystemWatcher("**/*.py", true);
  const changedFiles = new vscode.EventEmitter<void>();
  const filesChanged = (): void => {
    edition++;
    forgetAll();
    changedFiles.fire();
  };
  subscriptions.push(
    sources,
    changedFiles,
    sources.onDidChange((uri) => fileChanged(uri, false)),
    sources.onDidDelete((uri) => fileChanged(uri, true)),
    index.onDidRead(filesChanged),
    index.onDidChangeRules(filesChanged),
    vscode.workspace.onDidChangeTextDocument(({ document }) => fileChanged(document.uri, false)),
    vscode.workspace.onDidCloseTextDocument((document) => {
      const place = trustedPlaceOf(document.uri);
      if (place) roots.get(place.folder)?.documents.delete(place.path);
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => roots.clear()),
    engine.onDidChangeState((state) => {
      if (state.phase !== "ready" || state.selected.contextTokens === contextTokens) return;
      contextTokens = state.selected.contextTokens;
      forgetAll();
    }),
  );

  /** Puts a question about a document to the keeper of its root. */
  const ask = async <T extends FileContext | undefined>(
    document: vscode.TextDocument,
    put: (keeper: ContextKeeper, path: string) => Promise<T>,
  ): Promise<Front | undefined> => {
    const place = trustedPlaceOf(document.uri);
    if (!place) return undefined;
    const { keeper, documents } = rootAt(place.folder);
    documents.set(place.path, document);
    const askedIn = edition;
    const found = await put(keeper, place.path);
    return found && { repositoryName: basename(place.folder), edition: askedIn, ...found };
  };

  return {
    of: async (document, cursor, signal, patience = shortPatience) => {
      const inTime = within(signal, patience);
      return (await ask(document, (keeper, path) => keeper.request({ path, ...cursor }, inTime))) ?? {};
    },
    pause: async (document, cursor, signal) => {
      const inTime = within(signal, shortPatience);
      return ask(document, (keeper, path) => keeper.pause({ path, ...cursor }, inTime));
    },
    onDidChangeFiles: changedFiles.event,
  };
}

function openRoot(index: AskedIndex, edits: RecentEdits, limits: () => ContextLimits): Root {
  const documents: Root["documents"] = new Map();
  const ask = async (
    { path, ...around }: RepositoryQuery,
    signal?: AbortSignal,
  ): Promise<RepositoryAnswer | undefined> => {
    const document = documents.get(path);
    return document && (await index.query(document, { ...around, edited: edits.besides(document) }, signal));
  };
  return { documents, keeper: contextKeeper({ ask, limits }) };
}

/** Whether requests may have a context now. */
export interface ContextSwitch {
  readonly isContextOn: boolean;
  readonly onDidTurn: vscode.Event<void>;
}

/** Returns the context, or nothing while the switch is off. */
export function switchedContext(context: RepositoryContext, contextSwitch: ContextSwitch): RepositoryContext {
  return {
    of: async (...asked) => (contextSwitch.isContextOn ? await context.of(...asked) : {}),
    pause: async (...asked) => (contextSwitch.isContextOn ? await context.pause(...asked) : undefined),
    onDidChangeFiles: context.onDidChangeFiles,
  };
}

function within(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}

/** Returns the root folder of a document and the path in it; undefined outside trusted folders. */
function trustedPlaceOf(uri: vscode.Uri): RootedPath | undefined {
  return vscode.workspace.isTrusted ? placeOf(uri) : undefined;
}
