/** The sidebar's training view: carries messages between its page and the training, and keeps nothing itself. */

import * as vscode from "vscode";
import type { FromTraining, ToTraining } from "../../../webview/protocol.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { PaperData } from "../paperData.ts";
import type { Training } from "./training.ts";
import { parseTrainingMessage } from "./trainingMessages.ts";
import { showWebviewPage } from "../webviewPage.ts";
import type { WorkspaceSources } from "./workspaceSources.ts";

export interface TrainingViewOptions {
  extensionUri: vscode.Uri;
  training: Training;
  library: AdapterLibrary;
  sources: WorkspaceSources;
  paperData: PaperData;
}

const viewId = "graft.training";

export function registerTrainingView(options: TrainingViewOptions, subscriptions: vscode.Disposable[]): void {
  const { extensionUri, training, library, sources, paperData } = options;
  subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewId, {
      resolveWebviewView({ webview, onDidDispose }) {
        const post = (message: ToTraining): void => void webview.postMessage(message);
        const whileShown = [
          training.onDidChange((state) => post({ type: "state", state })),
          sources.onDidChange(() => void sendSources(options, post)),
          paperData.onDidChange((state) => post({ type: "paperData", state })),
          library.onDidChangeNames(() => void sendSources(options, post)),
          webview.onDidReceiveMessage((message: unknown) => receive(parseTrainingMessage(message), options, post)),
        ];
        onDidDispose(() => vscode.Disposable.from(...whileShown).dispose());
        showWebviewPage(webview, extensionUri, "training", vscode.l10n.t("Train adapter"));
      },
    }),
  );
}

/** "Graft: Train adapter": brings the form, or the training that runs, to the front. */
export async function showTrainingView(): Promise<void> {
  await vscode.commands.executeCommand(`${viewId}.focus`);
}

type Post = (message: ToTraining) => void;

async function receive(message: FromTraining, options: TrainingViewOptions, post: Post): Promise<void> {
  const { training, library, paperData } = options;
  switch (message.type) {
    case "ready":
      post({ type: "state", state: training.state });
      void paperData.refresh();
      return sendSources(options, post);
    case "checkName":
      return sendNameCheck(message.name, library, post);
    case "chooseData": {
      const path = await chooseData(message.kind);
      if (path !== undefined) post({ type: "dataChosen", path });
      return;
    }
    case "getCodeAlpacaPy":
      return paperData.get();
    case "start": {
      // The form was valid when it was sent; another window may have taken the name since.
      if (library.nameProblem(message.form.name) !== undefined) return sendNameCheck(message.form.name, library, post);
      return training.start(message.form);
    }
    case "cancel":
      return training.cancel();
    case "resume":
      return training.resume();
    case "dismiss":
      return training.dismiss();
    case "showLeftOut":
      return training.showLeftOut();
    case "selectAdapter":
      return void (await vscode.commands.executeCommand("graft.selectAdapter"));
    case "showLog":
      return void (await vscode.commands.executeCommand("graft.showLog"));
  }
}

function sendNameCheck(name: string, library: AdapterLibrary, post: Post): void {
  const problem = library.nameProblem(name);
  post({ type: "nameChecked", name, ...(problem !== undefined && { problem }) });
}

async function sendSources({ sources, library }: TrainingViewOptions, post: Post): Promise<void> {
  const folder = sources.label();
  const suggestedName = library.suggestName(folder ?? "");
  post({ type: "workspace", folder, files: undefined, suggestedName });
  if (folder !== undefined) post({ type: "workspace", folder, files: await sources.count(), suggestedName });
}

async function chooseData(kind: "file" | "folder"): Promise<string | undefined> {
  const files = { [vscode.l10n.t("Training data")]: ["jsonl", "py"] };
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Choose what to train on"),
    openLabel: vscode.l10n.t("Choose"),
    canSelectFiles: kind === "file",
    canSelectFolders: kind === "folder",
    ...(kind === "file" && { filters: files }),
  });
  return chosen?.[0]?.fsPath;
}
