/**
 * The repository indexes of a window: one for each root folder, from the first Python document on, in trusted workspaces only.
 *
 * For completion: `index.query(document, { prefix, suffix }, signal)` → the answer, or undefined if there is none in time.
 */

import * as vscode from "vscode";
import type { Log } from "../../core/foundation/log.ts";
import type { RepositoryAnswer, RepositoryQuery } from "../../core/repository/repositoryQuery.ts";
import { openRepositoryProcess, type RepositoryState } from "../../engine/repositoryProcess.ts";
import { untilAborted } from "../../engine/wire.ts";
import type { Configuration } from "../configuration.ts";
import { afterFirstPython } from "./firstPython.ts";
import { createIndexDeletion } from "./indexDeletion.ts";
import { indexNotes } from "./indexNotes.ts";
import { followDocuments, followFiles } from "./repositoryChanges.ts";
import { allowedRoots, openRoots } from "./openRoots.ts";
import { placeOf } from "./roots.ts";
import { watchRules } from "./ruleFiles.ts";

export interface RepositoryIndex {
  /**
   * Asks about the text around a cursor of `document`. The file's own text is not in the answer. Undefined outside of all roots, while the
   * root is being read, and as soon as the signal is aborted. For a root without an index, the answer is empty.
   */
  query(
    document: vscode.TextDocument,
    around: Omit<RepositoryQuery, "path">,
    signal?: AbortSignal,
  ): Promise<RepositoryAnswer | undefined>;
  /** Whole sentences about the state, for the status bar. */
  readonly notes: readonly string[];
  /** Whether the repository is being read, or is about to be. Until it has been read, suggestions are made without it. */
  readonly isReading: boolean;
  readonly onDidChange: vscode.Event<void>;
  /** Fires when the repository has been read. */
  readonly onDidRead: vscode.Event<void>;
  /** Fires when other files may be read, or some may no longer be read. From then on no answer holds text of the latter. */
  readonly onDidChangeRules: vscode.Event<void>;
  /** Reads all files of this window's roots again. */
  rebuild(): Promise<void>;
  /** Deletes the indexes of all folders, also from disk. This window builds none until the user asks for one. */
  delete(): Promise<void>;
}

export interface RepositoryIndexOptions {
  /** The engine's bundle. */
  entry: string;
  /** Holds the indexes on disk. */
  home: string;
  configuration: Pick<Configuration, "get" | "onDidChange">;
  log: Log;
}

/** The answer of a root that has no index: it is switched off, deleted, or cannot be read. */
const nothingFound: RepositoryAnswer = { definitions: [], similar: [], copies: [] };
/** Milliseconds after the first Python document, so that the model loads first. */
const delay = 1000;

export function openRepositoryIndex(
  { entry, home, configuration, log }: RepositoryIndexOptions,
  subscriptions: vscode.Disposable[],
): RepositoryIndex {
  const changed = new vscode.EventEmitter<void>();
  const read = new vscode.EventEmitter<void>();
  const changedRules = new vscode.EventEmitter<void>();
  const hasLost = followLosses(() => process.states);
  let wasReading = false;
  const process = openRepositoryProcess({
    entry,
    log,
    onState() {
      const isReading = [...process.states.values()].some(({ phase }) => phase === "reading");
      if (wasReading && !isReading) read.fire();
      wasReading = isReading;
      if (hasLost()) changedRules.fire();
      changed.fire();
    },
  });
  let isWanted = false;
  const allowed = (): string[] => (deletion.isDeleted ? [] : allowedRoots(configuration));
  const roots = openRoots(process, { home, allowed: () => (isWanted ? allowed() : []) });
  const follow = (): void => {
    roots.follow();
    documents.tellAll();
    changed.fire();
  };
  const deletion = createIndexDeletion({ home, end: () => process.end(), follow });

  const documents = followDocuments({ process, isOpen: roots.has }, subscriptions);
  followFiles({ process, isOpen: roots.has }, subscriptions);
  watchRules((folder, path) => {
    if (roots.has(folder)) process.reread(folder, [path]);
    changedRules.fire();
  }, subscriptions);
  const start = (): void => {
    isWanted = true;
    follow();
  };
  const first = afterFirstPython({ delay, found: () => changed.fire(), start }, subscriptions);
  subscriptions.push(
    changed,
    read,
    changedRules,
    process,
    vscode.workspace.onDidGrantWorkspaceTrust(follow),
    vscode.workspace.onDidChangeWorkspaceFolders(follow),
    configuration.onDidChange(follow),
  );

  return {
    onDidChange: changed.event,
    onDidRead: read.event,
    onDidChangeRules: changedRules.event,
    get notes() {
      return indexNotes([...process.states.values()], deletion);
    },
    get isReading() {
      return wasReading || (first.isWaiting && allowed().length > 0);
    },
    async query(document, around, signal) {
      const place = placeOf(document.uri);
      if (!place) return undefined;
      if (!allowed().includes(place.folder) || process.states.get(place.folder)?.phase === "failed")
        return nothingFound;
      if (!roots.has(place.folder)) return undefined;
      const nothing = (): undefined => undefined;
      const answer = process.query(place.folder, { path: place.path, ...around }, signal).catch(nothing);
      // Does not wait for the process, because a busy one notices an abort late.
      return untilAborted(answer, signal).catch(nothing);
    },
    async rebuild() {
      isWanted = true;
      await deletion.rebuild(allowedRoots(configuration));
    },
    delete: () => deletion.deleteAll(),
  };
}

/**
 * Returns a function that reports whether a root's index was closed or failed since the last call. What was read from it must leave the
 * prompts.
 */
function followLosses(states: () => ReadonlyMap<string, RepositoryState>): () => boolean {
  let served: readonly string[] = [];
  return () => {
    const before = served;
    served = [...states()].flatMap(([folder, { phase }]) => (phase === "failed" ? [] : [folder]));
    return before.some((folder) => !served.includes(folder));
  };
}
