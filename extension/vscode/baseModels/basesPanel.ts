/** The screen of base models: passes messages between its page and the base library. Keeps no state. */

import * as vscode from "vscode";
import { fromBases, type FromBases, type ToBases } from "../../../webview/protocol/baseModels.ts";
import type { BaseLibrary } from "./baseLibrary.ts";
import type { Messages } from "../messages.ts";
import { createScreen, restorePanels } from "../screen.ts";

export interface BasesPanel {
  /** Brings the bases, and an import that runs, to the front. */
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
  const screen = createScreen<ToBases>({
    extensionUri,
    page: "baseModels",
    title: vscode.l10n.t("Base models"),
    connect(post, webview) {
      const postState = (): void => post({ type: "state", state: bases.state });
      return [
        bases.onDidChange(postState),
        webview.onDidReceiveMessage(
          messages.reporting((message: unknown) => receive(fromBases.parse(message), bases, postState)),
        ),
      ];
    },
  });
  const show = (): void => {
    // The command line, or another window, may have added bases meanwhile.
    if (screen.show()) void bases.refresh();
  };
  const open = { title: vscode.l10n.t("Show Base Models"), run: show };
  subscriptions.push(
    bases.onDidFail((error) => messages.tellUnseen(error, { visible: screen.isVisible, open })),
    restorePanels("baseModels", (panel) => screen.restore(panel)),
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
