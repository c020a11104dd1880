/**
 * The snippets of this workspace: code that the user selected to train on. They are .py files in the workspace's storage. The library
 * process reads, judges and changes them.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import type { Selection } from "../../../core/sources/snippets/snippetFolder.ts";
import type { LibraryProcess } from "../../../engine/libraryProcess.ts";
import { addSnippetRequest, removeSnippetRequest, snippetsRequest } from "../../../engine/protocol/snippets.ts";
import type { SnippetsState } from "../../../../webview/protocol/snippets.ts";
import type { FromTraining } from "../../../../webview/protocol/training.ts";
import type { Messages } from "../../messages.ts";

export interface Snippets {
  /** The folder to train on. */
  readonly folder: string;
  readonly state: SnippetsState;
  readonly onDidChange: vscode.Event<SnippetsState>;
  /** Reads the list again. */
  refresh(): Promise<void>;
  /** Adds a selection. Returns whether it is new. */
  add(selection: Selection): Promise<boolean>;
  /** Chooses them as the form's data. */
  choose(): void;
  /** Opens, removes or restores one. */
  receive(message: SnippetMessage): Promise<void>;
}

export type SnippetMessage = Extract<FromTraining, { type: "openSnippet" | "removeSnippet" | "restoreSnippet" }>;

export interface SnippetsOptions {
  context: Pick<vscode.ExtensionContext, "storageUri" | "globalStorageUri">;
  libraryProcess: LibraryProcess;
  messages: Messages;
}

/** Without a workspace, the snippets are those of all windows without one. */
export function openSnippets(
  { context: { storageUri, globalStorageUri }, libraryProcess, messages }: SnippetsOptions,
  subscriptions: vscode.Disposable[],
): Snippets {
  const folder = join((storageUri ?? globalStorageUri).fsPath, "snippets");
  const changed = new vscode.EventEmitter<SnippetsState>();
  let snippets: SnippetsState["snippets"] = [];
  let removed: { path: string; text: string } | undefined;
  let chosenAt: number | undefined;
  const state = (): SnippetsState => ({
    snippets,
    ...(removed && { removed: removed.path }),
    ...(chosenAt !== undefined && { chosenAt }),
  });
  const refresh = async (): Promise<void> => {
    snippets = await libraryProcess.ask(snippetsRequest, { folder });
    changed.fire(state());
  };
  const add = async (selection: Selection): Promise<boolean> => {
    const path = await libraryProcess.ask(addSnippetRequest, { ...selection, folder });
    await refresh();
    return path !== null;
  };
  const receive: Snippets["receive"] = async (message) => {
    switch (message.type) {
      case "openSnippet":
        return void (await vscode.window.showTextDocument(vscode.Uri.file(join(folder, message.path))));
      case "removeSnippet": {
        const { path } = message;
        removed = { path, text: await libraryProcess.ask(removeSnippetRequest, { folder, path }) };
        return await refresh();
      }
      case "restoreSnippet": {
        if (!removed) return;
        await libraryProcess.ask(addSnippetRequest, { ...removed, firstLine: 1, folder });
        removed = undefined;
        return await refresh();
      }
    }
  };
  const later = messages.reporting(refresh);
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.file(folder), "**/*.py"),
  );
  // The user edits a snippet as any other file.
  const watched = [watcher, watcher.onDidChange(later), watcher.onDidCreate(later), watcher.onDidDelete(later)];
  subscriptions.push(changed, ...watched);
  return {
    folder,
    get state() {
      return state();
    },
    onDidChange: changed.event,
    refresh,
    add,
    choose() {
      chosenAt = Date.now();
      changed.fire(state());
    },
    receive,
  };
}
