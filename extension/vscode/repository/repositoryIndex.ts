/**
 * The repository indexes of a window: one for each root folder, from the first Python document on, in trusted workspaces only.
 *
 * For completion: `index.query(document, { prefix, suffix })` → the answer, or undefined where there is none in time.
 */

import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import type { Log } from "../../core/foundation/log.ts";
import type { RepositoryAnswer, RepositoryQuery } from "../../core/repository/repositoryQuery.ts";
import { openRepositoryProcess } from "../../engine/repositoryProcess.ts";
import type { Configuration } from "../configuration.ts";
import { indexNotes } from "./indexNotes.ts";
import { followDocuments, followFiles } from "./repositoryChanges.ts";
import { placeOf, rootsOfWindow } from "./roots.ts";

export interface RepositoryIndex {
  /**
   * Asks about the text around a cursor of `document`. The file's own text is not in the answer. Undefined without an index,
   * while it is read, and where the answer takes longer than 30 ms: no context is better than one that comes late.
   */
  query(
    document: vscode.TextDocument,
    around: Omit<RepositoryQuery, "path">,
    signal?: AbortSignal,
  ): Promise<RepositoryAnswer | undefined>;
  /** Whole sentences about the state, for the status bar. */
  readonly notes: readonly string[];
  readonly onDidChange: vscode.Event<void>;
  /** Reads all files again. */
  rebuild(): Promise<void>;
  /** Deletes the indexes of all folders, also from disk. This window builds none until it is asked to. */
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

/** Milliseconds that a question may take. */
const patience = 30;
/** Milliseconds after the first Python document, so that the model loads first. */
const delay = 1000;

export function openRepositoryIndex(
  { entry, home, configuration, log }: RepositoryIndexOptions,
  subscriptions: vscode.Disposable[],
): RepositoryIndex {
  const changed = new vscode.EventEmitter<void>();
  const process = openRepositoryProcess({ entry, log, onState: () => changed.fire() });
  /** Each root that is open, with the other ones. */
  const opened = new Map<string, readonly string[]>();
  let isWanted = false;
  let isDeleted = false;

  const follow = (): void => {
    const isOn = isWanted && !isDeleted && configuration.get("enable") && configuration.get("repository.enable");
    const roots = isOn && vscode.workspace.isTrusted ? rootsOfWindow() : [];
    const others = (folder: string): string[] => roots.filter((root) => root !== folder);
    for (const [folder, known] of opened) {
      if (roots.includes(folder) && known.join("\n") === others(folder).join("\n")) continue;
      opened.delete(folder);
      process.close(folder);
    }
    for (const folder of roots) {
      if (opened.has(folder)) continue;
      opened.set(folder, others(folder));
      process.open({ folder, others: others(folder), home });
    }
    if (roots.length > 0) documents.tellAll();
    changed.fire();
  };
  const restart = async (): Promise<void> => {
    process.end();
    await rm(home, { recursive: true, force: true });
    opened.clear();
    follow();
  };

  const isOpen = (folder: string): boolean => opened.has(folder);
  const documents = followDocuments({ process, isOpen }, subscriptions);
  followFiles({ process, isOpen }, subscriptions);
  let timer: NodeJS.Timeout | undefined;
  const want = ({ languageId }: vscode.TextDocument): void => {
    if (languageId !== "python" || isWanted) return;
    timer ??= setTimeout(() => {
      isWanted = true;
      follow();
    }, delay);
  };
  vscode.workspace.textDocuments.forEach(want);
  subscriptions.push(
    changed,
    process,
    { dispose: () => clearTimeout(timer) },
    vscode.workspace.onDidOpenTextDocument(want),
    vscode.workspace.onDidGrantWorkspaceTrust(follow),
    vscode.workspace.onDidChangeWorkspaceFolders(follow),
    configuration.onDidChange(follow),
  );

  return {
    onDidChange: changed.event,
    get notes() {
      return indexNotes([...process.states.values()]);
    },
    async query(document, around, signal) {
      const place = placeOf(document.uri);
      if (!place || !opened.has(place.folder)) return undefined;
      const late = AbortSignal.timeout(patience);
      const stop = signal ? AbortSignal.any([signal, late]) : late;
      const answer = process.query(place.folder, { path: place.path, ...around }, stop);
      return Promise.race([answer.catch(() => undefined), sleep(patience, undefined)]);
    },
    async rebuild() {
      isDeleted = false;
      isWanted = true;
      await restart();
    },
    async delete() {
      isDeleted = true;
      await restart();
    },
  };
}
