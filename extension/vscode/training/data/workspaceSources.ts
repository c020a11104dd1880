/** The Python files of the open folders, as training would read them: their folders and number. */

import * as vscode from "vscode";
import type { SourceCounter } from "../../../core/training/data/countSources.ts";

export interface WorkspaceSources {
  /** The folders to train on; empty if no folder is open. */
  folders(): string[];
  /** Their name for the user. */
  label(): string | undefined;
  /** Counts the Python files of `paths`, or of the open folders, without those whose text alone keeps them out, such as secrets. */
  count(paths?: readonly string[]): Promise<number>;
  /** Fires some time after files or folders were added or removed. */
  readonly onDidChange: vscode.Event<void>;
}

/** Long enough to count a checkout of many files once. */
const settle = 500;

export function watchWorkspaceSources(subscriptions: vscode.Disposable[]): WorkspaceSources {
  const changed = new vscode.EventEmitter<void>();
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.py", false, true, false);
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => changed.fire(), settle);
  };
  let counter: SourceCounter | undefined;
  const count = async (paths: readonly string[]): Promise<number> => {
    // Loaded with the first question, because an activation must be quick.
    counter ??= (await import("../../../core/training/data/countSources.ts")).sourceCounter();
    return counter(paths);
  };
  const folders = (): string[] =>
    (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath);
  subscriptions.push(
    changed,
    watcher,
    watcher.onDidCreate(later),
    watcher.onDidDelete(later),
    vscode.workspace.onDidChangeWorkspaceFolders(later),
    { dispose: () => clearTimeout(timer) },
  );
  return {
    folders,
    label: () => (folders().length > 0 ? vscode.workspace.name : undefined),
    count: (paths = folders()) => count(paths),
    onDidChange: changed.event,
  };
}
