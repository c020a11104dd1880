/** The one status bar item: the adapters that complete here, or why none does. It opens Graft's menu. */

import * as vscode from "vscode";
import { deviceNames } from "../core/runtime/device.ts";
import { activeText } from "./adapters/activeText.ts";
import type { AdapterLibrary } from "./adapters/adapterLibrary.ts";
import type { BaseHint } from "./baseModels/baseHint.ts";
import type { Configuration } from "./configuration.ts";
import type { Engine } from "./completion/engine.ts";
import { snoozeNote, type Snooze } from "./completion/snooze.ts";
import { explain } from "./messages.ts";
import type { Comparing } from "./statistics/comparing.ts";
import { foreignText } from "./adapters/selectAdapter.ts";
import type { RepositoryIndex } from "./repository/repositoryIndex.ts";
import type { Training } from "./training/training.ts";
import { translated } from "./translated.ts";

export interface StatusOptions {
  engine: Engine;
  library: AdapterLibrary;
  training: Training;
  configuration: Configuration;
  hint: BaseHint;
  comparing: Comparing;
  snooze: Snooze;
  index: Pick<RepositoryIndex, "notes" | "isReading" | "onDidChange">;
}

export function showStatusBarItem(options: StatusOptions, subscriptions: vscode.Disposable[]): void {
  const { engine, library, training, configuration, hint, comparing, snooze, index } = options;
  const item = vscode.window.createStatusBarItem("graft.adapter", vscode.StatusBarAlignment.Right, 100);
  item.name = "Graft";
  item.command = "graft.showMenu";

  const render = (): void => {
    const { icon, text, notes, isWarning } = look(options);
    const progress = trainingNote(training);
    item.text = `$(${icon}) ${text}${progress ? ` $(mortar-board) ${progress.short}` : ""}`;
    item.backgroundColor = isWarning ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    const lines = [...facts(options), ...notes, ...index.notes, ...(progress ? [progress.long] : [])];
    item.tooltip = tooltip([
      ...lines,
      ...(hint.text === undefined ? [] : [hint.text]),
      vscode.l10n.t("Select to open Graft's menu."),
    ]);
    // Some lines are whole sentences.
    const sentences = [text, ...lines].map((line) => (/[.。…]$/.test(line) ? line : `${line}.`));
    item.accessibilityInformation = { label: sentences.join(" "), role: "button" };
  };

  render();
  item.show();
  subscriptions.push(
    item,
    engine.onDidChangeState(render),
    library.onDidChangeActive(render),
    training.onDidChange(render),
    hint.onDidChange(render),
    comparing.onDidChange(render),
    snooze.onDidChange(render),
    index.onDidChange(render),
    configuration.onDidChange(render),
  );
}

interface Look {
  icon: string;
  text: string;
  /** Whole sentences. */
  notes: string[];
  isWarning?: true;
}

function look({ engine: { state }, library, configuration, comparing, snooze, index }: StatusOptions): Look {
  if (!configuration.get("enable")) {
    return { icon: "circle-slash", text: vscode.l10n.t("Graft: off"), notes: [vscode.l10n.t("Completions are off.")] };
  }
  const snoozed = snoozeNote(snooze);
  if (snoozed !== undefined) return { icon: "bell-slash", text: vscode.l10n.t("Graft: snoozed"), notes: [snoozed] };
  const text = comparing.isRunning
    ? vscode.l10n.t("Graft: A/B")
    : library.active.length === 0
      ? vscode.l10n.t("Graft: no adapter")
      : `Graft: ${library.active.map(({ name }) => name).join(" + ")}`;
  const idle: Look = { icon: index.isReading ? "loading~spin" : "repo-forked", text, notes: [] };
  switch (state.phase) {
    case "loading":
      return { icon: "loading~spin", text, notes: [vscode.l10n.t("Loading the model…")] };
    case "restarting":
      return { icon: "loading~spin", text, notes: [vscode.l10n.t("Starting again ({0})…", translated(state.reason))] };
    case "failed":
      return { icon: "warning", text, notes: Object.values(explain(state.error)), isWarning: true };
    case "ready": {
      const { foreign, notImported } = state.selected;
      if (notImported !== undefined) {
        const notes = [vscode.l10n.t("The base {0} has not been imported.", notImported)];
        return { icon: "warning", text, notes };
      }
      if (foreign) return { icon: "warning", text, notes: [`${foreignText(foreign)}.`] };
      return idle;
    }
    case "asleep":
      return idle;
  }
}

function facts({ engine: { state }, library, comparing }: StatusOptions): string[] {
  return [
    comparing.isRunning
      ? vscode.l10n.t("Comparing two settings: Statistics shows which is better")
      : library.active.length > 1
        ? vscode.l10n.t("Adapters: {0}", activeText(library.active) ?? "")
        : vscode.l10n.t("Adapter: {0}", activeText(library.active) ?? vscode.l10n.t("none")),
    ...(state.phase === "ready"
      ? [
          vscode.l10n.t("Base: {0}", state.selected.base),
          vscode.l10n.t("Device: {0}", deviceNames[state.selected.device]),
        ]
      : []),
  ];
}

/** The progress of the training that runs. */
export function trainingNote({ state }: Training): { short: string; long: string } | undefined {
  if (state.phase !== "running") return undefined;
  const { t } = vscode.l10n;
  const { name, waits, progress, trial } = state;
  const [done, of] = trial ? [trial.done, trial.of] : [progress?.step ?? 0, progress?.steps ?? 1];
  const percent = Math.floor((100 * done) / of);
  const short = trial ? `$(beaker) ${percent}%` : `${percent}%`;
  // A status bar that changes at every burst of typing would draw the eye.
  if (waits !== "battery") {
    const long = trial
      ? t('Measuring whether "{0}" helps: {1} %', name, percent)
      : t('Training "{0}": {1} %', name, percent);
    return { short, long };
  }
  const long = trial
    ? t('Measuring whether "{0}" helps: {1} %, waits for mains power', name, percent)
    : t('Training "{0}": {1} %, waits for mains power', name, percent);
  return { short: `${short} $(debug-pause)`, long };
}

function tooltip(lines: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  for (const line of lines) text.appendText(line).appendMarkdown("\n\n");
  return text;
}
