/** The Python files of the open folders, as training would read them: their folders and number. */

import * as vscode from "vscode";
import { isFolder } from "../../core/foundation/exists.ts";
import { countPythonFiles } from "../../core/sources/pythonFiles.ts";
import { sourceRoots } from "../../core/sources/sourceRoots.ts";

export interface WorkspaceSources {
  /** The folders to train on; empty if no folder is open. */
  folders(): string[];
  /** Their name for the user. */
  label(): string | undefined;
  count(): Promise<number>;
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
    count: () => countFiles(folders()),
    onDidChange: changed.event,
  };
}

/** Returns how many Python files training would read in `folders`, each once. Paths that are not folders count 0. */
export async function countFiles(folders: readonly string[]): Promise<number> {
  let files = 0;
  for (const { path, except } of await sourceRoots(folders)) {
    if (await isFolder(path)) files += await countPythonFiles(path, { except });
  }
  return files;
}
