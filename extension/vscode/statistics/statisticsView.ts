/** The sidebar's statistics view: passes messages between its page and the statistics, and opens dialogs. Keeps no state. */

import { extname, join } from "node:path";
import * as vscode from "vscode";
import type { StatisticsFormat } from "../../core/statistics/exportDays.ts";
import { fromStatistics, type FromStatistics, type ToStatistics } from "../../../webview/protocol/statistics.ts";
import type { Messages } from "../messages.ts";
import { showWebviewPage } from "../webviewPage.ts";
import type { Comparing } from "./comparing.ts";
import type { Statistics } from "./statistics.ts";

export interface StatisticsViewOptions {
  extensionUri: vscode.Uri;
  statistics: Statistics;
  comparing: Comparing;
  messages: Messages;
}

const viewId = "graft.statistics";

export interface StatisticsView {
  /** "Graft: Show statistics" */
  show(): Promise<void>;
}

export function registerStatisticsView(
  options: StatisticsViewOptions,
  subscriptions: vscode.Disposable[],
): StatisticsView {
  const { extensionUri, statistics, messages } = options;
  subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewId, {
      resolveWebviewView(view) {
        const { webview } = view;
        const post = (message: ToStatistics): void => void webview.postMessage(message);
        const refresh = (): void => {
          if (view.visible) void statistics.refresh();
        };
        const whileShown = [
          statistics.onDidChange((state) => post({ type: "state", state })),
          statistics.onDidBecomeStale(refresh),
          view.onDidChangeVisibility(refresh),
          // Other windows may have counted meanwhile.
          vscode.window.onDidChangeWindowState(({ focused }) => {
            if (focused) refresh();
          }),
          webview.onDidReceiveMessage(
            messages.reporting((message: unknown) => receive(fromStatistics.parse(message), options, post)),
          ),
        ];
        view.onDidDispose(() => vscode.Disposable.from(...whileShown).dispose());
        showWebviewPage(webview, extensionUri, "statistics", vscode.l10n.t("Statistics"));
      },
    }),
  );
  return {
    show: async () => {
      await vscode.commands.executeCommand(`${viewId}.focus`);
      await statistics.refresh();
    },
  };
}

async function receive(
  message: FromStatistics,
  { statistics, comparing, messages }: StatisticsViewOptions,
  post: (message: ToStatistics) => void,
): Promise<void> {
  switch (message.type) {
    case "ready":
      post({ type: "state", state: statistics.state });
      return statistics.refresh();
    case "choosePeriod":
      return statistics.choosePeriod(message.days);
    case "export":
      return exportStatistics(statistics, messages);
    case "clear":
      if (await isSure()) await statistics.clear();
      return;
    case "turn":
      return statistics.turn(message.on);
    case "compare":
      return statistics.compare(message.a, message.b);
    case "stopComparing":
      return comparing.stop();
    case "dismissComparison":
      return comparing.dismiss();
    case "showLog":
      return void (await vscode.commands.executeCommand("graft.showLog"));
  }
}

async function isSure(): Promise<boolean> {
  const title = vscode.l10n.t("Clear the statistics of this machine?");
  const detail = vscode.l10n.t("This removes the counts of all workspaces. A running comparison starts over.");
  const yes = vscode.l10n.t("Clear");
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) === yes;
}

/** Chooses by the file name's extension. */
const formats: Readonly<Record<string, StatisticsFormat>> = { ".csv": "csv", ".json": "json" };

async function exportStatistics(statistics: Statistics, messages: Messages): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t("Export statistics"),
    saveLabel: vscode.l10n.t("Export"),
    ...(folder !== undefined && { defaultUri: vscode.Uri.file(join(folder, "statistics.csv")) }),
    filters: { CSV: ["csv"], JSON: ["json"] },
  });
  if (!chosen) return;
  const format = formats[extname(chosen.fsPath).toLowerCase()];
  // A file without one of these endings becomes a .csv and gets that ending.
  const path = format ? chosen.fsPath : `${chosen.fsPath}.csv`;
  await statistics.export(path, format ?? "csv");
  const open = (): unknown => vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path));
  messages.tell("info", vscode.l10n.t("Exported to {0}.", path), [{ title: vscode.l10n.t("Open"), run: open }]);
}
