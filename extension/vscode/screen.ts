/**
 * A webview panel that exists at most once: opens on request, moves to the front if it is open, is restored after a reload of the window,
 * and is forgotten when it closes.
 */

import * as vscode from "vscode";
import { showWebviewPage } from "./webviewPage.ts";

export interface Screen {
  readonly isVisible: boolean;
  /** Returns whether the panel was already open. */
  show(): boolean;
  /** Fills a panel that was open before the window was reloaded. */
  restore(panel: vscode.WebviewPanel): void;
}

export interface ScreenOptions<ToPage> {
  extensionUri: vscode.Uri;
  /** The page in dist/webview, which decides the panel's type, too. */
  page: string;
  title: string;
  /** Called for each new panel. The panel disposes what it returns. */
  connect: (post: (message: ToPage) => void, webview: vscode.Webview) => vscode.Disposable[];
}

export function createScreen<ToPage>({ extensionUri, page, title, connect }: ScreenOptions<ToPage>): Screen {
  let panel: vscode.WebviewPanel | undefined;
  const fill = (opened: vscode.WebviewPanel): void => {
    panel = opened;
    const whileOpen = connect((message) => void opened.webview.postMessage(message), opened.webview);
    opened.onDidDispose(() => {
      panel = undefined;
      vscode.Disposable.from(...whileOpen).dispose();
    });
    opened.iconPath = vscode.Uri.joinPath(extensionUri, "media", "icon.png");
    showWebviewPage(opened.webview, extensionUri, page, title);
  };
  return {
    get isVisible() {
      return panel?.visible ?? false;
    },
    show() {
      const wasOpen = panel !== undefined;
      if (panel) panel.reveal();
      else fill(vscode.window.createWebviewPanel(typeOf(page), title, vscode.ViewColumn.Active));
      return wasOpen;
    },
    restore(restored) {
      // The user may have opened a new one before VS Code restores the old one.
      if (panel) restored.dispose();
      else fill(restored);
    },
  };
}

/** The type of a page's panel. package.json names each: a restored panel activates the extension. */
const typeOf = (page: string): string => `graft.${page}`;

/** Restores panels of `page` when the window is reloaded. VS Code keeps what the page has saved. */
export function restorePanels(page: string, restore: (panel: vscode.WebviewPanel) => unknown): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(typeOf(page), {
    async deserializeWebviewPanel(panel) {
      await restore(panel);
    },
  });
}
