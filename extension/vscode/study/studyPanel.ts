/** "Graft: Open studies": passes messages between the panel's page and the studies, and opens dialogs. Keeps no state. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { isPaperDataset, paperDatasets } from "../../core/dataset/paperDatasets.ts";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { english } from "../../core/foundation/words/said.ts";
import { paperStudy } from "../../core/evaluation/study/readyStudies.ts";
import { folderOfHeldOut } from "../../core/training/output/keptHeldOut.ts";
import { studyTables } from "../../core/evaluation/study/export/studyTables.ts";
import type {
  AskedPair,
  FromStudies,
  StudyCard,
  StudyExport,
  StudyForm,
  ToStudies,
} from "../../../webview/protocol/study.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Engine } from "../completion/engine.ts";
import type { Messages } from "../messages.ts";
import type { PaperData } from "../paperData.ts";
import { createScreen } from "../screen.ts";
import { translated } from "../translated.ts";
import { choosePath } from "./choosePath.ts";
import type { Studies } from "./studies.ts";
import { studyFields, parseStudyMessage } from "./studyMessages.ts";
import { studyFromForm } from "./studyFromForm.ts";
import type { StudyHistory } from "./studyHistory.ts";
import type { StudyTasks } from "./studyTasks.ts";

export interface StudyPanel {
  show(): void;
  restore(panel: vscode.WebviewPanel): void;
}

export interface StudyPanelOptions {
  extensionUri: vscode.Uri;
  studies: Studies;
  tasks: StudyTasks;
  history: StudyHistory;
  engine: Engine;
  library: AdapterLibrary;
  paperData: PaperData;
  messages: Messages;
  /** Graft's own storage. */
  home: string;
}

type Post = (message: ToStudies) => void;

export function createStudyPanel(options: StudyPanelOptions, subscriptions: vscode.Disposable[]): StudyPanel {
  const { extensionUri, studies, paperData, messages } = options;
  const screen = createScreen<ToStudies>({
    extensionUri,
    page: "study",
    title: vscode.l10n.t("Studies"),
    connect: (post, webview) => [
      studies.onDidChange((state) => post({ type: "state", state })),
      studies.onDidChangeResults((results) => post({ type: "results", results })),
      paperData.onDidChange((state) => post({ type: "paperData", state })),
      webview.onDidReceiveMessage(
        messages.reporting((message: unknown) => receive(parseStudyMessage(message), options, post)),
      ),
    ],
  });
  const show = (): void => {
    // The command line, or another window, may have added studies meanwhile.
    if (screen.show()) void studies.refresh();
  };
  const open = { title: vscode.l10n.t("Show Studies"), run: show };
  subscriptions.push(
    studies.onDidFail((error) => messages.tellUnseen(error, { visible: screen.isVisible, open })),
    studies.onDidFinish((title) => {
      if (!screen.isVisible) messages.tell("info", vscode.l10n.t('The study "{0}" is finished.', title), [open]);
    }),
  );
  return { show, restore: (panel) => screen.restore(panel) };
}

async function receive(message: FromStudies, options: StudyPanelOptions, post: Post): Promise<void> {
  const { studies, tasks, history, paperData, messages } = options;
  switch (message.type) {
    case "ready":
      post({ type: "fields", fields: studyFields });
      post({ type: "state", state: studies.state });
      // What is known shows at once; the list may have grown meanwhile.
      if (studies.opened?.known) studies.opened.show();
      await Promise.all([studies.refresh(), paperData.refresh()]);
      return;
    case "create":
      return create(message.form, options);
    case "createPaper":
      return createPaper(message.limit, options);
    case "open":
      return studies.open(message.name);
    case "close":
      return studies.close();
    case "remove":
      return remove(message.name, options);
    case "choosePath": {
      const path = await choosePath(message.what);
      if (path !== undefined) post({ type: "pathChosen", what: message.what, path });
      return;
    }
    case "getCodeAlpacaPy":
      return paperData.get();
    case "start":
      return studies.opened?.start();
    case "pause":
      return studies.opened?.pause();
    case "stop":
      return studies.opened?.stop();
    case "move":
      return studies.opened?.move(message.run, message.by);
    case "edit":
      await vscode.window.showTextDocument(vscode.Uri.file(studies.pathOf(studies.state.open!.name)));
      return;
    case "replan":
      return studies.opened?.plan();
    case "export":
      return exportOpen(message.as, options);
    case "tasks":
      return post({ type: "tasks", suite: message.suite, tasks: await tasks.list(message.suite) });
    case "task":
      return post({ type: "task", suite: message.suite, detail: await tasks.detail(message.suite, message.id) });
    case "diff":
      return tasks.showDiff(message.suite, message.id, message.run);
    case "copyIssue":
      await vscode.env.clipboard.writeText(await tasks.issue(message.suite, message.id));
      return messages.tell("info", vscode.l10n.t("Copied the task with its answers as Markdown."));
    case "importRuns":
      return history.importRuns();
    case "removeRun":
      return history.remove(message.run);
    case "differences":
      return post({ type: "differences", pair: message.pair, svg: await tasks.differences(message.pair, translated) });
    case "saveDifferences":
      return saveDifferences(message.pair, options);
    case "showLog":
      return void (await vscode.commands.executeCommand("graft.showLog"));
  }
}

async function create(form: StudyForm, { studies, engine, library, home }: StudyPanelOptions): Promise<void> {
  const own = form.suites.filter((source) => !isPaperDataset(source));
  const repository = own.length === 1 ? await folderOfHeldOut(own[0]!, home) : undefined;
  await studies.create(studyFromForm(form, { library: library.folder, base: engine.base, repository }));
}

/** Asks the paper's questions about the data sets that are on this machine; in the study that asks them, if there is one. */
async function createPaper(limit: number | undefined, { studies, paperData }: StudyPanelOptions): Promise<void> {
  const suites = paperDatasets.filter((name) => name !== "codealpacapy" || paperData.state.codealpacapy === "here");
  const study = paperStudy({ suites, ...(limit !== undefined && { limit }) });
  const isAsked = (card: StudyCard): boolean =>
    !card.problem && card.title === study.title && card.suites === suites.length;
  const there = studies.state.studies?.find((card) => isAsked(card));
  if (there) await studies.open(there.name);
  else await studies.create(study);
}

/** Removes the study's file, with Undo. Its runs stay. */
async function remove(name: string, { studies, messages }: StudyPanelOptions): Promise<void> {
  const title = studies.state.studies?.find((study) => study.name === name)?.title ?? name;
  const restore = await studies.remove(name);
  messages.tell("info", vscode.l10n.t('Deleted the study "{0}". Its runs are kept.', title), [
    { title: vscode.l10n.t("Undo"), run: restore },
  ]);
}

async function saveDifferences(pair: AskedPair, { studies, tasks, messages }: StudyPanelOptions): Promise<void> {
  // Exports are in English, whatever the editor speaks.
  const svg = await tasks.differences(pair, english);
  const path = await chooseFile(`${studies.state.open!.name} differences.svg`, vscode.l10n.t("Export chart"));
  if (path === undefined) return;
  await writeFileAtomic(path, svg);
  tellExported(path, path, messages);
}

const endings = { csv: "csv", json: "json", markdown: "md", latex: "tex" } as const;

async function exportOpen(as: StudyExport, { studies, messages }: StudyPanelOptions): Promise<void> {
  const { opened, state } = studies;
  const known = opened?.known;
  if (!known || !state.open) return;
  const path = await chooseTarget(state.open.name, as);
  if (path === undefined) return;
  if (as === "folder") await opened.exportTo(path);
  else await writeFileAtomic(path, studyTables(known.report, as));
  tellExported(path, as === "folder" ? join(path, "README.md") : path, messages);
}

/** @param file what "Open" opens */
function tellExported(path: string, file: string, messages: Messages): void {
  messages.tell("info", vscode.l10n.t("Exported to {0}.", path), [
    {
      title: vscode.l10n.t("Open"),
      run: () => vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file)),
    },
  ]);
}

/** A folder of the study's name in the chosen one, or a file. */
async function chooseTarget(name: string, as: StudyExport): Promise<string | undefined> {
  if (as === "folder") {
    const parent = await choosePath("export");
    if (parent === undefined) return undefined;
    for (let number = 1; ; number++) {
      const path = join(parent, number === 1 ? name : `${name}-${number}`);
      if (!existsSync(path)) return path;
    }
  }
  return await chooseFile(`${name}.${endings[as]}`, vscode.l10n.t("Export tables"));
}

async function chooseFile(name: string, title: string): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const chosen = await vscode.window.showSaveDialog({
    title,
    saveLabel: vscode.l10n.t("Export"),
    ...(folder !== undefined && { defaultUri: vscode.Uri.file(join(folder, name)) }),
  });
  return chosen?.fsPath;
}
