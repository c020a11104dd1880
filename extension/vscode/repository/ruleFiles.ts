/**
 * Watches the files that say what may be read: ignore rules and the marks of environments in the window's folders, and what git
 * reads outside them.
 */

import { dirname, basename } from "node:path";
import * as vscode from "vscode";
import { isFolder } from "../../core/foundation/exists.ts";
import { outerRuleFiles } from "../../core/sources/ignoreRules.ts";
import { placeOf, rootsOfWindow } from "./roots.ts";

/** Calls `changed` with a root and the path in it; files outside count as the root's own .gitignore. */
export function watchRules(changed: (folder: string, path: string) => void, subscriptions: vscode.Disposable[]): void {
  const inside = vscode.workspace.createFileSystemWatcher("**/{.gitignore,pyvenv.cfg}");
  const note = (uri: vscode.Uri): void => {
    const place = placeOf(uri);
    if (place) changed(place.folder, place.path);
  };
  let outside: vscode.Disposable[] = [];
  const stop = (): void => {
    for (const watcher of outside) watcher.dispose();
    outside = [];
  };
  const watchOutside = async (): Promise<void> => {
    const found = await Promise.all(rootsOfWindow().map(filesAround));
    stop();
    outside = found.flat().map(({ folder, path }) =>
      watchFile(path, () => {
        changed(folder, ".gitignore");
        // A setting of git may name another file.
        void watchOutside();
      }),
    );
  };
  void watchOutside();
  subscriptions.push(
    inside,
    inside.onDidCreate(note),
    inside.onDidChange(note),
    inside.onDidDelete(note),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void watchOutside()),
    { dispose: stop },
  );
}

interface RuleFile {
  /** The root that the file says something about. */
  readonly folder: string;
  readonly path: string;
}

/** Leaves out files whose folder is missing, because VS Code could watch those only by polling. */
async function filesAround(folder: string): Promise<RuleFile[]> {
  const paths = await outerRuleFiles(folder);
  const areThere = await Promise.all(paths.map((path) => isFolder(dirname(path))));
  return paths.filter((_, index) => areThere[index]).map((path) => ({ folder, path }));
}

function watchFile(path: string, changed: () => void): vscode.Disposable {
  const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(path)), basename(path));
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  watcher.onDidCreate(changed);
  watcher.onDidChange(changed);
  watcher.onDidDelete(changed);
  return watcher;
}
