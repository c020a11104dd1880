/** The screen of base models: carries messages between its page and the base library, and keeps nothing itself. */

import * as vscode from "vscode";
import { fromBases, type FromBases, type ToBases } from "../../../webview/protocol/baseModels.ts";
import type { BaseLibrary } from "./baseLibrary.ts";
import type { Messages } from "../messages.ts";
import { showWebviewPage } from "../webviewPage.ts";

export interface BasesPanel {
  /** Brings the bases, and the import that may run, to the front. */
  show(): void;
}

export interface BasesPanelOptions {
  extensionUri: vscode.Uri;
  bases: BaseLibrary;
  messages: Messages;
}

export function createBasesPanel(
  { extensionUri, bases, messages }: BasesPanelOptions,
  subscriptions: vscode.Disposable[],
): BasesPanel {
  let panel: vscode.WebviewPanel | undefined;

  const open = (): vscode.WebviewPanel => {
    const title = vscode.l10n.t("Base models");
    const opened = vscode.window.createWebviewPanel("graft.bases", title, vscode.ViewColumn.Active);
    const post = (): void => void opened.webview.postMessage({ type: "state", state: bases.state } satisfies ToBases);
    const whileOpen = [
      bases.onDidChange(post),
      opened.webview.onDidReceiveMessage(
        messages.reporting((message: unknown) => receive(fromBases.parse(message), bases, post)),
      ),
    ];
    opened.onDidDispose(() => {
      panel = undefined;
      vscode.Disposable.from(...whileOpen).dispose();
    });
    opened.iconPath = vscode.Uri.joinPath(extensionUri, "media", "icon.png");
    showWebviewPage(opened.webview, extensionUri, "baseModels", title);
    return opened;
  };

  const show = (): void => {
    if (panel) panel.reveal();
    else panel = open();
  };
  const openAction = { title: vscode.l10n.t("Show Base Models"), run: show };
  subscriptions.push(
    bases.onDidFail((error) => messages.tellUnseen(error, { visible: panel?.visible ?? false, open: openAction })),
  );
  return { show };
}

async function receive(message: FromBases, bases: BaseLibrary, post: () => void): Promise<void> {
  switch (message.type) {
    case "ready":
      post();
      return bases.refresh();
    case "add":
      return void (await vscode.commands.executeCommand("graft.addBase"));
    case "import":
      return bases.add(message.source);
    case "cancel":
      return bases.cancel();
    case "dismiss":
      return bases.dismiss();
    case "use":
      return bases.use(message.name);
    case "remove":
      return bases.remove(message.name);
    case "showLog":
      return void (await vscode.commands.executeCommand("graft.showLog"));
  }
}
