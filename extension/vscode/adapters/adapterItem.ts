/** An adapter as a row of the view of adapters: what it says, and which commands it has. */

import * as vscode from "vscode";
import type { AdapterDetails, AdapterRow } from "../../engine/protocol/adapters.ts";
import { foreignText } from "./selectAdapter.ts";

/**
 * Kinds of rows, for the menus in package.json:
 * - "adapter active": in use here;
 * - "adapter idle": can be used;
 * - "adapter unfit": cannot be used with the base.
 */
function kindOf({ problem }: AdapterRow, isActive: boolean): string {
  return isActive ? "adapter active" : problem ? "adapter unfit" : "adapter idle";
}

export function adapterItem(row: AdapterRow, isActive: boolean): vscode.TreeItem {
  const { name, description, problem, foreign } = row;
  const item = new vscode.TreeItem(name);
  item.id = name;
  item.contextValue = kindOf(row, isActive);
  item.description = [isActive && vscode.l10n.t("in use"), description].filter(Boolean).join(" · ");
  item.iconPath = new vscode.ThemeIcon(iconOf(row, isActive));
  item.tooltip = new vscode.MarkdownString(linesOf(row).map(escaped).join("\n\n"));
  const warning = problem ? problem.message : foreign && foreignText(foreign);
  item.accessibilityInformation = { label: [name, item.description, warning].filter(Boolean).join(", ") };
  if (!isActive && !problem) {
    item.command = { command: "graft.adapters.use", title: vscode.l10n.t("Use"), arguments: [row] };
  }
  return item;
}

function iconOf({ problem, foreign }: AdapterRow, isActive: boolean): string {
  if (problem) return "circle-slash";
  if (foreign) return "warning";
  return isActive ? "check" : "circle-outline";
}

/** The facts of the tooltip. */
function linesOf({ name, description, base, problem, foreign, details }: AdapterRow): string[] {
  const { bytes, writtenAt, training } = details;
  const method = description === undefined ? name : `${name}: ${description}`;
  const date = new Date(writtenAt).toLocaleDateString();
  return [
    method,
    ...(problem ? [`${problem.message} ${problem.nextStep}`] : []),
    ...(foreign ? [foreignText(foreign)] : []),
    ...(base === undefined ? [] : [vscode.l10n.t("Base: {0}", base)]),
    ...(training?.sources ? [vscode.l10n.t("Trained on: {0}", training.sources.join(", "))] : []),
    ...(training ? figuresOf(training) : []),
    ...(bytes > 0 ? [vscode.l10n.t("{0} MB, written on {1}", (bytes / 1e6).toFixed(1), date)] : []),
  ];
}

function figuresOf({ validation, trial }: NonNullable<AdapterDetails["training"]>): string[] {
  const percent = (value: number): string => value.toFixed(1);
  return [
    ...(trial
      ? [
          vscode.l10n.t(
            "Right at {0} % of {1} held-out lines instead of {2} %",
            percent(trial.adapter),
            trial.lines,
            percent(trial.base),
          ),
        ]
      : []),
    ...(validation
      ? [
          vscode.l10n.t(
            "Loss on held-out data: {0} before the training, {1} after it.",
            validation.before.toFixed(2),
            validation.best.toFixed(2),
          ),
        ]
      : []),
  ];
}

/** Names and messages are no Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~]/g, "\\$&");
}
