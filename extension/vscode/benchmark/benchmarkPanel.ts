/**
 * "Graft: Open benchmark": passes messages between the panel's page and the benchmark, and opens file dialogs. Keeps
 * no state.
 */

import { extname, join } from "node:path";
import * as vscode from "vscode";
import type { ExportFormat } from "../../core/evaluation/scoring/runTable.ts";
import type { FromBenchmark, ToBenchmark } from "../../../webview/protocol/benchmark.ts";
import type { Benchmark } from "./benchmark.ts";
import type { PaperData } from "../paperData.ts";
import { evaluationNumbers, parseBenchmarkMessage } from "./benchmarkMessages.ts";
import type { Messages } from "../messages.ts";
import { createScreen } from "../screen.ts";
import { suiteFiles } from "./suiteFiles.ts";

export interface BenchmarkPanel {
  /** Brings the runs, and an evaluation that runs, to the front. */
  show(): void;
  restore(panel: vscode.WebviewPanel): void;
}

export interface BenchmarkPanelOptions {
  extensionUri: vscode.Uri;
  benchmark: Benchmark;
  paperData: PaperData;
  messages: Messages;
}

export function createBenchmarkPanel(
  { extensionUri, benchmark, paperData, messages }: BenchmarkPanelOptions,
  subscriptions: vscode.Disposable[],
): BenchmarkPanel {
  const screen = createScreen<ToBenchmark>({
    extensionUri,
    page: "benchmark",
    title: vscode.l10n.t("Benchmark"),
    connect: (post, webview) => [
      benchmark.onDidChange((state) => post({ type: "state", state })),
      paperData.onDidChange((state) => post({ type: "paperData", state })),
      webview.onDidReceiveMessage(
        messages.reporting((message: unknown) =>
          receive(parseBenchmarkMessage(message), { benchmark, paperData, messages }, post),
        ),
      ),
    ],
  });
  const show = (): void => {
    // The command line, or another window, may have added runs meanwhile.
    if (screen.show()) void benchmark.refresh();
  };
  const open = { title: vscode.l10n.t("Show Benchmark"), run: show };
  subscriptions.push(
    benchmark.onDidFail((error) => messages.tellUnseen(error, { visible: screen.isVisible, open })),
    benchmark.onDidEvaluate((candidate) => messages.tell("info", vscode.l10n.t("Evaluated: {0}.", candidate), [open])),
  );
  return { show, restore: (panel) => screen.restore(panel) };
}

async function receive(
  message: FromBenchmark,
  { benchmark, paperData, messages }: Omit<BenchmarkPanelOptions, "extensionUri">,
  post: (message: ToBenchmark) => void,
): Promise<void> {
  switch (message.type) {
    case "ready":
      post({ type: "numbers", numbers: evaluationNumbers });
      post({ type: "state", state: benchmark.state });
      await Promise.all([benchmark.refresh(), paperData.refresh()]);
      return;
    case "chooseFile": {
      const path = await (message.what === "folder" ? chooseFolder() : chooseFile(message.what));
      if (path !== undefined) post({ type: "fileChosen", what: message.what, path });
      return;
    }
    case "getCodeAlpacaPy":
      return paperData.get();
    case "start":
      return benchmark.evaluate(message.form);
    case "cancel":
      return benchmark.cancel();
    case "dismiss":
      return benchmark.dismiss();
    case "compare":
      return benchmark.compare(message);
    case "closeComparison":
      return benchmark.compare(undefined);
    case "export": {
      const path = await chooseExport();
      if (path === undefined) return;
      await benchmark.exportRuns(message.runs, formats[extname(path)] ?? "csv", path);
      const open = (): unknown => vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path));
      return messages.tell("info", vscode.l10n.t("Exported to {0}.", path), [
        { title: vscode.l10n.t("Open"), run: open },
      ]);
    }
    case "showLog":
      return void (await vscode.commands.executeCommand("graft.showLog"));
  }
}

async function chooseFile(what: "suite" | "examples"): Promise<string | undefined> {
  const isSuite = what === "suite";
  const chosen = await vscode.window.showOpenDialog({
    title: isSuite ? vscode.l10n.t("Choose a file of tasks") : vscode.l10n.t("Choose a file of examples"),
    openLabel: vscode.l10n.t("Choose"),
    filters: suiteFiles,
  });
  return chosen?.[0]?.fsPath;
}

async function chooseFolder(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Choose a folder of held-out Python code"),
    openLabel: vscode.l10n.t("Choose"),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return chosen?.[0]?.fsPath;
}

/** Chooses by the file name's extension. */
const formats: Readonly<Record<string, ExportFormat>> = {
  ".csv": "csv",
  ".json": "json",
  ".md": "markdown",
  ".tex": "latex",
};

/** A file without one of these endings becomes a .csv and gets that ending. */
async function chooseExport(): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t("Export runs"),
    saveLabel: vscode.l10n.t("Export"),
    ...(folder !== undefined && { defaultUri: vscode.Uri.file(join(folder, "benchmark.csv")) }),
    filters: { CSV: ["csv"], JSON: ["json"], Markdown: ["md"], LaTeX: ["tex"] },
  });
  if (!chosen) return undefined;
  return extname(chosen.fsPath) in formats ? chosen.fsPath : `${chosen.fsPath}.csv`;
}
