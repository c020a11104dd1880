/** Reports the window's changes to the repository process: documents as the user types, and files on disk. */

import * as vscode from "vscode";
import type { RepositoryProcess } from "../../engine/repositoryProcess.ts";
import { placeOf } from "./roots.ts";

export interface ChangesOptions {
  process: Pick<RepositoryProcess, "setUnsaved" | "reread">;
  /** Whether a root has an index. */
  isOpen: (folder: string) => boolean;
}

/** Milliseconds without a keystroke before a document is indexed. */
const typingPause = 300;
/** Milliseconds in which changes are collected, so that a checkout's files are reported together. */
const settle = 300;

export interface Documents {
  /** Reports all unsaved documents, because a root has been opened. */
  tellAll(): void;
}

export function followDocuments(options: ChangesOptions, subscriptions: vscode.Disposable[]): Documents {
  const timers = new Map<string, NodeJS.Timeout>();
  /** Documents whose unsaved text the process has. */
  const unsaved = new Set<string>();

  const tell = (document: vscode.TextDocument, isGone = false): void => {
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.delete(key);
    const place = document.uri.scheme === "file" ? placeOf(document.uri) : undefined;
    if (!place?.path.endsWith(".py") || !options.isOpen(place.folder)) return;
    const isUnsaved = document.isDirty && !isGone;
    if (!isUnsaved && !unsaved.delete(key)) return;
    if (isUnsaved) unsaved.add(key);
    options.process.setUnsaved(place.folder, place.path, isUnsaved ? document.getText() : undefined);
  };
  const tellLater = (document: vscode.TextDocument): void => {
    if (document.languageId !== "python") return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => tell(document), typingPause),
    );
  };
  subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document }) => tellLater(document)),
    vscode.workspace.onDidSaveTextDocument((document) => tell(document)),
    vscode.workspace.onDidCloseTextDocument((document) => tell(document, true)),
    { dispose: () => timers.forEach((timer) => clearTimeout(timer)) },
  );
  return {
    tellAll() {
      for (const document of vscode.workspace.textDocuments) if (document.isDirty) tell(document);
    },
  };
}

export function followFiles({ process, isOpen }: ChangesOptions, subscriptions: vscode.Disposable[]): void {
  const paths = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    for (const [folder, some] of paths) process.reread(folder, [...some]);
    paths.clear();
    timer = undefined;
  };
  const note = (uri: vscode.Uri): void => {
    const place = placeOf(uri);
    if (!place || isInsideGit(place.path) || !isOpen(place.folder)) return;
    if (!paths.has(place.folder)) paths.set(place.folder, new Set());
    paths.get(place.folder)!.add(place.path);
    timer ??= setTimeout(flush, settle);
  };
  const sources = vscode.workspace.createFileSystemWatcher("**/*.py");
  // VS Code reports a created or deleted folder once, without the files in it. The process finds out which paths are folders.
  const folders = vscode.workspace.createFileSystemWatcher("**", false, true, false);
  subscriptions.push(
    sources,
    folders,
    sources.onDidCreate(note),
    sources.onDidChange(note),
    sources.onDidDelete(note),
    folders.onDidCreate(note),
    folders.onDidDelete(note),
    { dispose: () => clearTimeout(timer) },
  );
}

/** Git writes there all the time. */
function isInsideGit(path: string): boolean {
  return /(?:^|\/)\.git\//.test(path);
}
