/** The sidebar's training view: passes messages between its page and the training. Keeps no state. */

import * as vscode from "vscode";
import type { ToTraining } from "../../../webview/protocol/training.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Messages } from "../messages.ts";
import type { PaperData } from "../paperData.ts";
import { commitsState, type WorkspaceCommits } from "./data/workspaceCommits.ts";
import type { Snippets } from "./data/snippets.ts";
import type { Training } from "./training.ts";
import type { TrainingEstimates } from "./trainingEstimates.ts";
import type { DataPreview } from "./trainingPreview.ts";
import type { UnfinishedTrainings } from "./unfinishedTrainings.ts";
import { showWebviewPage } from "../webviewPage.ts";
import type { WorkspaceSources } from "./data/workspaceSources.ts";

export interface TrainingViewOptions {
  extensionUri: vscode.Uri;
  training: Training;
  library: AdapterLibrary;
  sources: WorkspaceSources;
  unfinished: UnfinishedTrainings;
  /** Called when the user discards a training. */
  discard: (name: string) => Promise<void>;
  messages: Messages;
  paperData: PaperData;
  preview: DataPreview;
  estimates: TrainingEstimates;
  snippets: Snippets;
  commits: WorkspaceCommits;
}

export interface TrainingView {
  readonly isVisible: boolean;
}

const viewId = "graft.training";

export function registerTrainingView(options: TrainingViewOptions, subscriptions: vscode.Disposable[]): TrainingView {
  const { extensionUri, training, library, sources, unfinished, messages, paperData, snippets } = options;
  let shown: vscode.WebviewView | undefined;
  /** Shows the failure of a promise that is never awaited. */
  const told = (work: Promise<void>): void => void work.catch((error: unknown) => messages.tellError(error));
  subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewId, {
      resolveWebviewView(view) {
        const { webview, onDidDispose, onDidChangeVisibility } = view;
        shown = view;
        const post = (message: ToTraining): void => void webview.postMessage(message);
        const whileShown = [
          training.onDidChange((state) => {
            post({ type: "state", state });
            sendUnfinished(options, post);
          }),
          unfinished.onDidChange(() => {
            sendUnfinished(options, post);
            told(sendSources(options, post)); // A name was taken or became free.
          }),
          onDidChangeVisibility(() => view.visible && void unfinished.refresh()),
          paperData.onDidChange((state) => post({ type: "paperData", state })),
          options.preview.onDidChange((preview) => post({ type: "preview", preview })),
          snippets.onDidChange((state) => post({ type: "snippets", state })),
          sources.onDidChange(() => told(sendSources(options, post))),
          library.onDidChangeNames(() => told(sendSources(options, post))),
          webview.onDidReceiveMessage((message: unknown) => told(receive(message, options, post))),
        ];
        onDidDispose(() => {
          shown = undefined;
          vscode.Disposable.from(...whileShown).dispose();
        });
        showWebviewPage(webview, extensionUri, "training", vscode.l10n.t("Train adapter"));
      },
    }),
  );
  return {
    get isVisible() {
      return shown?.visible ?? false;
    },
  };
}

/** "Graft: Train adapter": brings the form, or the training that runs, to the front. */
export async function showTrainingView(): Promise<void> {
  await vscode.commands.executeCommand(`${viewId}.focus`);
}

type Post = (message: ToTraining) => void;

async function receive(received: unknown, options: TrainingViewOptions, post: Post): Promise<void> {
  const { training, library, unfinished, paperData } = options;
  const { parseTrainingMessage } = await messageSchemas();
  const message = parseTrainingMessage(received);
  switch (message.type) {
    case "ready":
      return sendEverything(options, post);
    case "checkName":
      return sendNameCheck(message.name, library, post);
    case "chooseData": {
      const path = await chooseData(message.kind);
      if (path !== undefined) post({ type: "dataChosen", path });
      return;
    }
    case "surveyCommits":
      return post({ type: "commits", state: await commitsState(message.months, options.commits, options.messages) });
    case "openSnippet":
    case "removeSnippet":
    case "restoreSnippet":
      return options.snippets.receive(message);
    case "getCodeAlpacaPy":
      return paperData.get();
    case "start": {
      // The form was valid when it was sent, but another window may have taken the name since.
      if (library.nameProblem(message.form.name) !== undefined) return sendNameCheck(message.form.name, library, post);
      return training.start(message.form);
    }
    case "estimate": {
      const estimate = await options.estimates.of(message.form);
      if (estimate) post({ type: "estimate", estimate });
      return;
    }
    case "preview":
      return options.preview.start(message.form);
    case "clearPreview":
      return options.preview.clear();
    case "pause":
      return training.pause();
    case "finish":
      return training.finish();
    case "trainOnBattery":
      return training.trainOnBattery();
    case "resume":
      return training.resume(message.name);
    case "keep":
      return training.keep(message.name);
    case "discard": {
      await options.discard(message.name);
      const { state } = training;
      if (state.phase !== "idle" && state.name === message.name) training.dismiss();
      return;
    }
    case "undo":
      return unfinished.restore(message.name);
    case "activate":
      return training.activate(message.name);
    case "bringBack":
      return training.bringBack();
    case "dismiss":
      return training.dismiss();
    case "showLeftOut":
      return training.showLeftOut();
    case "selectAdapter":
      return void (await vscode.commands.executeCommand("graft.selectAdapter"));
    case "tryAdapter":
      return await showPython();
    case "evaluate":
      return void (await vscode.commands.executeCommand("graft.openBenchmark"));
    case "showLog":
      return void (await vscode.commands.executeCommand("graft.showLog"));
  }
}

/** The schemas of all methods: loaded when there is a page to listen to, not when the editor starts. */
const messageSchemas = () => import("./trainingMessages.ts");

/** For a page that has just opened. */
async function sendEverything(options: TrainingViewOptions, post: Post): Promise<void> {
  const { trainingNumbers } = await messageSchemas();
  post({ type: "numbers", numbers: trainingNumbers });
  post({ type: "state", state: options.training.state });
  post({ type: "preview", preview: options.preview.state });
  post({ type: "snippets", state: options.snippets.state });
  sendUnfinished(options, post);
  void options.snippets.refresh();
  void options.unfinished.refresh();
  void options.paperData.refresh();
  return sendSources(options, post);
}

/** Brings a Python document to the front: a visible one, else the first open one, else one that the user chooses. */
async function showPython(): Promise<void> {
  const isPython = ({ document }: vscode.TextEditor): boolean => document.languageId === "python";
  const seen = vscode.window.visibleTextEditors.find(isPython);
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ input }) => input));
  const open = tabs.find((input) => input instanceof vscode.TabInputText && input.uri.path.endsWith(".py"));
  if (seen) await vscode.window.showTextDocument(seen.document, seen.viewColumn);
  else if (open) await vscode.window.showTextDocument((open as vscode.TabInputText).uri);
  else await vscode.commands.executeCommand("workbench.action.quickOpen", ".py");
}

/** The state already shows the training that this window runs, or whose end is in view. */
function sendUnfinished({ training, unfinished }: TrainingViewOptions, post: Post): void {
  const own = training.state.phase === "idle" ? undefined : training.state.name;
  const trainings = unfinished.list.filter(({ name }) => name !== own);
  post({ type: "unfinished", trainings, discarded: unfinished.discarded });
}

function sendNameCheck(name: string, library: AdapterLibrary, post: Post): void {
  const problem = library.nameProblem(name);
  post({ type: "nameChecked", name, ...(problem !== undefined && { problem }) });
}

async function sendSources({ sources, library, unfinished }: TrainingViewOptions, post: Post): Promise<void> {
  const folder = sources.label();
  const taken = [...(await library.names()), ...unfinished.list.map(({ name }) => name)];
  post({ type: "workspace", folder, files: undefined, taken });
  if (folder !== undefined) post({ type: "workspace", folder, files: await sources.count(), taken });
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
