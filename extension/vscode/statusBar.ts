/** The one status bar item: which adapter completes here, or why none does. */

import * as vscode from "vscode";
import type { AdapterLibrary } from "./adapters/adapterLibrary.ts";
import type { Configuration } from "./configuration.ts";
import type { Engine } from "./completion/engine.ts";
import { explain } from "./messages.ts";
import type { Training } from "./training/training.ts";

export interface StatusBarOptions {
  engine: Engine;
  library: AdapterLibrary;
  training: Training;
  configuration: Configuration;
}

export function showStatusBarItem(options: StatusBarOptions, subscriptions: vscode.Disposable[]): void {
  const { engine, library, training, configuration } = options;
  const item = vscode.window.createStatusBarItem("graft.adapter", vscode.StatusBarAlignment.Right, 100);
  item.name = "Graft";
  item.command = "graft.selectAdapter";

  const render = (): void => {
    const adapter = library.active ?? vscode.l10n.t("none");
    const { icon, note, warn } = look(engine, configuration);
    const progress = trainingNote(training);
    item.text = `$(${icon}) Graft: ${adapter}${progress ? ` $(mortar-board) ${progress.short}` : ""}`;
    item.backgroundColor = warn ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    item.tooltip = tooltip([
      vscode.l10n.t("Adapter: {0}", adapter),
      engine.state.phase === "ready" ? vscode.l10n.t("Base: {0}", engine.state.selected.base) : "",
      note,
      progress?.long ?? "",
      vscode.l10n.t("Select to choose another adapter."),
    ]);
    item.accessibilityInformation = {
      label: [`Graft, ${vscode.l10n.t("Adapter: {0}", adapter)}`, note].join(". "),
    };
  };

  render();
  item.show();
  subscriptions.push(
    item,
    engine.onDidChangeState(render),
    library.onDidChangeActive(render),
    training.onDidChange(render),
    configuration.onDidChange(render),
  );
}

function look(engine: Engine, configuration: Configuration): { icon: string; note: string; warn?: true } {
  if (!configuration.get("enable")) return { icon: "circle-slash", note: vscode.l10n.t("Completions are off.") };
  const { state } = engine;
  switch (state.phase) {
    case "loading":
    case "restarting":
      return { icon: "loading~spin", note: vscode.l10n.t("Loading the model…") };
    case "failed":
      return { icon: "warning", note: Object.values(explain(state.error)).join(" "), warn: true };
    case "asleep":
    case "ready":
      return { icon: "repo-forked", note: "" };
  }
}

function trainingNote({ state }: Training): { short: string; long: string } | undefined {
  if (state.phase !== "running") return undefined;
  const percent = state.progress ? Math.floor((100 * state.progress.step) / state.progress.steps) : 0;
  return {
    short: `${percent}%`,
    long: vscode.l10n.t('Training "{0}": {1} %', state.name, percent),
  };
}

function tooltip(lines: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  for (const line of lines.filter(Boolean)) text.appendText(line).appendMarkdown("\n\n");
  return text;
}
