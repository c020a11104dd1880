/**
 * Shows how a refresh goes, and lets it be stopped: in a notification if the user has asked for it, else quietly in the status bar. The
 * editor's own progress in the status bar cannot be stopped.
 */

import * as vscode from "vscode";
import type { TrainingNews } from "../../../engine/protocol/training.ts";

export interface ShownRefresh {
  /** The adapter's. */
  name: string;
  isAsked: boolean;
  stop: () => void;
}

type Work<Result> = (report: (news: TrainingNews) => void) => Promise<Result>;

export async function showRefreshing<Result>(shown: ShownRefresh, work: Work<Result>): Promise<Result> {
  // For the command that stops it.
  const tellMenus = (isRunning: boolean) => vscode.commands.executeCommand("setContext", "graft.refreshing", isRunning);
  void tellMenus(true);
  try {
    return await (shown.isAsked ? inNotification(shown, work) : inStatusBar(shown, work));
  } finally {
    void tellMenus(false);
  }
}

async function inNotification<Result>({ name, stop }: ShownRefresh, work: Work<Result>): Promise<Result> {
  const options = { location: vscode.ProgressLocation.Notification, title: titleOf(name), cancellable: true };
  return await vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(stop);
    return await work((news) => {
      const message = newsText(news);
      if (message !== undefined) progress.report({ message });
    });
  });
}

async function inStatusBar<Result>({ name }: ShownRefresh, work: Work<Result>): Promise<Result> {
  const { t } = vscode.l10n;
  const item = vscode.window.createStatusBarItem("graft.refresh", vscode.StatusBarAlignment.Right, 99);
  item.name = t("Refresh of an adapter");
  item.command = "graft.stopRefresh";
  item.text = `$(sync~spin) ${t('Refreshing "{0}"', name)}`;
  const render = (message?: string): void => {
    const lines = [message === undefined ? titleOf(name) : `${titleOf(name)}: ${message}`, stopText(name)];
    // Figures in the bar itself would draw the eye.
    item.tooltip = lines.join("\n");
    item.accessibilityInformation = { label: lines.join(". "), role: "button" };
  };
  render();
  item.show();
  try {
    return await work((news) => {
      const message = newsText(news);
      if (message !== undefined) render(message);
    });
  } finally {
    item.dispose();
  }
}

function titleOf(name: string): string {
  return vscode.l10n.t('Refreshing the adapter "{0}"', name);
}

function stopText(name: string): string {
  return vscode.l10n.t('Select to stop it; "{0}" stays as it was', name);
}

/** Returns undefined for news that change nothing. */
function newsText(news: TrainingNews): string | undefined {
  const { t } = vscode.l10n;
  if ("training" in news) return t("step {0} of {1}", news.training.step, news.training.steps);
  if ("trial" in news) return t("checking that nothing gets worse: {0} of {1}", news.trial.done, news.trial.of);
  return "waiting" in news && news.waiting ? t("waits for you") : undefined;
}
