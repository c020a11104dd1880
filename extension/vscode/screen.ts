/**
 * A webview panel that exists at most once: opens on request, comes to the front if it is open, and is forgotten when
 * it closes.
 */

import * as vscode from "vscode";
import { showWebviewPage } from "./webviewPage.ts";

export interface Screen {
  readonly isVisible: boolean;
  /** Returns whether the panel was already open. */
  show(): boolean;
}

export interface ScreenOptions<ToPage> {
  extensionUri: vscode.Uri;
  /** The page in dist/webview, and the suffix of the panel's type. */
  page: string;
  title: string;
  /** Called for each new panel. The panel disposes what it returns. */
  connect: (post: (message: ToPage) => void, webview: vscode.Webview) => vscode.Disposable[];
}

export function createScreen<ToPage>({ extensionUri, page, title, connect }: ScreenOptions<ToPage>): Screen {
  let panel: vscode.WebviewPanel | undefined;
  const open = (): vscode.WebviewPanel => {
    const opened = vscode.window.createWebviewPanel(`graft.${page}`, title, vscode.ViewColumn.Active);
    const whileOpen = connect((message) => void opened.webview.postMessage(message), opened.webview);
    opened.onDidDispose(() => {
      panel = undefined;
      vscode.Disposable.from(...whileOpen).dispose();
    });
    opened.iconPath = vscode.Uri.joinPath(extensionUri, "media", "icon.png");
    showWebviewPage(opened.webview, extensionUri, page, title);
    return opened;
  };
  return {
    get isVisible() {
      return panel?.visible ?? false;
    },
    show() {
      const wasOpen = panel !== undefined;
      if (panel) panel.reveal();
      else panel = open();
      return wasOpen;
    },
  };
}
