/** An adapter as a row of the view of adapters: what it says, and which commands it has. */

import * as vscode from "vscode";
import { has, percentOf, type ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import type { AdapterDetails, AdapterRow } from "../../engine/protocol/adapters.ts";
import { problemInOneLine, translated } from "../translated.ts";
import { foreignText } from "./selectAdapter.ts";

/**
 * Kinds of rows, for the menus in package.json:
 * - "adapter active": in use here, and has a scale;
 * - "adapter active virtual": in use here, without a scale;
 * - "adapter idle": can be used;
 * - "adapter idle more": can be used together with those in use;
 * - "adapter unfit": cannot be used with the base.
 */
function kindOf({ name, problem, isVirtual }: AdapterRow, active: readonly ChosenAdapter[]): string {
  if (has(active, name)) return isVirtual ? "adapter active virtual" : "adapter active";
  if (problem) return "adapter unfit";
  return active.length > 0 ? "adapter idle more" : "adapter idle";
}

export function adapterItem(row: AdapterRow, active: readonly ChosenAdapter[]): vscode.TreeItem {
  const { name, description, problem, foreign } = row;
  const inUse = active.find((one) => one.name === name);
  const isActive = inUse !== undefined;
  const item = new vscode.TreeItem(name);
  item.id = name;
  item.contextValue = kindOf(row, active);
  item.description = [inUse && useText(inUse, problem), description && translated(description)]
    .filter(Boolean)
    .join(" · ");
  item.iconPath = new vscode.ThemeIcon(iconOf(row, isActive));
  item.tooltip = new vscode.MarkdownString(linesOf(row).map(escaped).join("\n\n"));
  const warning = problem ? translated(problem.message) : foreign && foreignText(foreign);
  item.accessibilityInformation = { label: [name, item.description, warning].filter(Boolean).join(", ") };
  // If it is already the only one in use, a click only selects the row.
  if (!problem && !(isActive && active.length === 1)) {
    item.command = { command: "graft.adapters.use", title: vscode.l10n.t("Use"), arguments: [row] };
  }
  return item;
}

function useText({ scale }: ChosenAdapter, problem: AdapterRow["problem"]): string {
  if (problem) return vscode.l10n.t("chosen, but cannot be used");
  return scale === 1 ? vscode.l10n.t("in use") : vscode.l10n.t("in use, {0} %", percentOf(scale));
}

function iconOf({ problem, foreign }: AdapterRow, isActive: boolean): string {
  if (problem) return "circle-slash";
  if (foreign) return "warning";
  return isActive ? "check" : "circle-outline";
}

/** The facts of the tooltip. */
function linesOf({ name, description, base, problem, foreign, details }: AdapterRow): string[] {
  const { bytes, writtenAt, refreshedAt, training } = details;
  const method = description === undefined ? name : `${name}: ${translated(description)}`;
  const date = new Date(writtenAt).toLocaleDateString();
  return [
    method,
    ...(problem ? [problemInOneLine(problem)] : []),
    ...(foreign ? [foreignText(foreign)] : []),
    ...(base === undefined ? [] : [vscode.l10n.t("Base: {0}", base)]),
    ...(training?.sources ? [vscode.l10n.t("Trained on: {0}", training.sources.join(", "))] : []),
    ...(training ? figuresOf(training) : []),
    ...(refreshedAt === undefined
      ? []
      : [vscode.l10n.t("Refreshed since then, last on {0}", new Date(refreshedAt).toLocaleString())]),
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
    ...(trial?.bodies
      ? [
          vscode.l10n.t(
            "Bodies of blocks are {0} % like the author's instead of {1} %",
            percent(trial.bodies.adapter),
            percent(trial.bodies.base),
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

/** Escapes Markdown, because names and messages are plain text. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~]/g, "\\$&");
}
