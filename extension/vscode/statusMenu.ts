/** "Graft: Show menu", which the status bar item opens: the state of Graft, and the actions for it. */

import * as vscode from "vscode";
import { activeText } from "./adapters/activeText.ts";
import { explain } from "./messages.ts";
import { snoozeNote } from "./completion/snooze.ts";
import { trainingNote, type StatusOptions } from "./statusBar.ts";

interface MenuItem extends vscode.QuickPickItem {
  /** Absent for a separator. */
  readonly run?: () => unknown;
}

export async function showMenu(options: StatusOptions): Promise<void> {
  const chosen = await vscode.window.showQuickPick(items(options), { title: "Graft" });
  await chosen?.run?.();
}

function items({ engine: { state }, library, training, configuration, hint, snooze }: StatusOptions): MenuItem[] {
  const { t } = vscode.l10n;
  const isOn = configuration.get("enable");
  const base = configuration.get("base") || t("the one that comes with Graft");
  const action = (icon: string, label: string, command: string, description = ""): MenuItem => {
    return { label: `$(${icon}) ${label}`, description, run: () => vscode.commands.executeCommand(command) };
  };
  const snoozed = snoozeNote(snooze);
  return [
    ...(state.phase === "failed" ? failure(state.error) : []),
    ...(isOn && snoozed !== undefined
      ? [{ label: `$(bell) ${t("Resume completions")}`, description: snoozed, run: snooze.resume }]
      : []),
    isOn
      ? action("circle-slash", t("Turn completions off"), "graft.toggleCompletions")
      : action("play", t("Turn completions on"), "graft.toggleCompletions", t("off now")),
    ...(isOn ? [action("bell-slash", t("Snooze completions"), "graft.snooze")] : []),
    action("question", t("Explain completion"), "graft.explainCompletion"),
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    action("repo-forked", t("Select adapter"), "graft.selectAdapter", activeText(library.active) ?? t("none")),
    ...(library.active.length > 0 ? [action("settings", t("Change adapter scale"), "graft.changeScale")] : []),
    {
      ...action("library", t("Base models"), "graft.showBases", state.phase === "ready" ? state.selected.base : base),
      ...(hint.text !== undefined && { detail: hint.text }),
    },
    action("mortar-board", t("Train adapter"), "graft.trainAdapter", trainingNote(training)?.long),
    action("graph", t("Open benchmark"), "graft.openBenchmark"),
    action("beaker", t("Open studies"), "graft.openStudies"),
    action("pulse", t("Show statistics"), "graft.showStatistics"),
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    action("output", t("Show log"), "graft.showLog"),
  ];
}

/** The reason first, with an action to fix it if there is one. */
function failure(error: unknown): MenuItem[] {
  const { message, nextStep } = explain(error);
  return [
    {
      label: `$(debug-restart) ${vscode.l10n.t("Restart engine")}`,
      detail: `${message} ${nextStep}`.replaceAll(/\s+/g, " "),
      run: () => vscode.commands.executeCommand("graft.restartEngine"),
    },
    { label: "", kind: vscode.QuickPickItemKind.Separator },
  ];
}
