/** Which root folder a document belongs to, and its path there. */

import { relative, sep } from "node:path";
import * as vscode from "vscode";

export interface RootedPath {
  readonly folder: string;
  /** With forward slashes. */
  readonly path: string;
}

/** The folders of the window that are on this machine. */
export function rootsOfWindow(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ uri }) => uri.fsPath);
}

/** Undefined outside of all roots. A notebook's cell has the place of its notebook. */
export function placeOf(uri: vscode.Uri): RootedPath | undefined {
  const file = uri.scheme === "vscode-notebook-cell" ? vscode.Uri.file(uri.path) : uri;
  const root = file.scheme === "file" ? vscode.workspace.getWorkspaceFolder(file) : undefined;
  return root && { folder: root.uri.fsPath, path: relative(root.uri.fsPath, file.fsPath).split(sep).join("/") };
}
