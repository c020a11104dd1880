/** Several adapters at once: "Graft: Combine adapters" with a list to check, and "Use as well" of the view. */

import * as vscode from "vscode";
import { asTrained, has, type ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import type { AdapterSummary } from "../../engine/protocol/library.ts";
import type { Messages } from "../messages.ts";
import { problemInOneLine, translated } from "../translated.ts";
import { completeStep } from "../walkthrough.ts";
import { scaleText } from "./activeText.ts";
import { adapterSummaries, type SummaryOptions } from "./adapterSummaries.ts";

export interface CombineOptions extends SummaryOptions {
  messages: Messages;
}

interface CombineItem extends vscode.QuickPickItem {
  adapter: AdapterSummary;
}

/** Why two adapters of virtual tokens cannot be in use together, and what works. */
function virtualTogether(one: string, other: string): string {
  const { t } = vscode.l10n;
  const reason = t('"{0}" and "{1}" cannot be combined: both put virtual tokens in front of the text.', one, other);
  return `${reason} ${t("LoRA and IA3 adapters combine with each other and with one of these.")}`;
}

/** Adds an adapter to those in use. */
export async function useToo(name: string, options: CombineOptions): Promise<void> {
  const { library, messages } = options;
  const { active } = library;
  if (has(active, name)) return;
  const summaries = await adapterSummaries(options);
  const isVirtual = (adapter: string): boolean => summaries.some((one) => one.name === adapter && one.isVirtual);
  const other = isVirtual(name) ? active.find((one) => isVirtual(one.name)) : undefined;
  if (!other) {
    await library.activate([...active, asTrained(name)]);
    return await completeStep("graft.adapterSelected");
  }
  const instead = {
    title: vscode.l10n.t('Use "{0}" Instead', name),
    run: () => library.activate(active.map((one) => (one === other ? asTrained(name) : one))),
  };
  messages.tell("warning", virtualTogether(other.name, name), [instead]);
}

export async function combineAdapters(options: CombineOptions): Promise<void> {
  const { library, messages } = options;
  const names = await library.names();
  if (names.length < 2) return tellTooFew(messages);
  const pick = vscode.window.createQuickPick<CombineItem>();
  pick.title = vscode.l10n.t("Combine adapters");
  pick.placeholder = vscode.l10n.t("Completions use the base model with all checked adapters");
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  let checked: readonly CombineItem[] = [];
  const allowed = (selected: readonly CombineItem[]): CombineItem[] => {
    const usable = selected.filter(({ adapter }) => !adapter.problem);
    const virtual = usable.filter(({ adapter }) => adapter.isVirtual);
    // The one that was checked last replaces the other.
    const last = virtual.find((item) => !checked.includes(item)) ?? virtual[0];
    return usable.filter((item) => !item.adapter.isVirtual || item === last);
  };
  const list = (adapters: readonly AdapterSummary[], isChecked: (name: string) => boolean): void => {
    pick.items = adapters.map((adapter) => itemOf(adapter, adapters, library.active));
    checked = allowed(pick.items.filter(({ adapter }) => isChecked(adapter.name)));
    pick.selectedItems = checked;
  };
  const use = async (): Promise<void> => {
    pick.hide();
    const chosen = checked.map(({ adapter }) => adapter.name);
    // Those in use keep their place and scale.
    const kept = library.active.filter(({ name }) => chosen.includes(name));
    const added = chosen.filter((name) => !has(kept, name)).map(asTrained);
    await library.activate([...kept, ...added]);
    await completeStep("graft.adapterSelected");
  };
  let isAccepted = false;
  pick.onDidHide(() => pick.dispose());
  pick.onDidChangeSelection((selected) => {
    checked = allowed(selected);
    if (checked.length < selected.length) pick.selectedItems = checked;
  });
  pick.onDidAccept(
    messages.reporting(async () => {
      // Which of them fit, and which are virtual tokens, may not be known yet.
      isAccepted = true;
      if (!pick.busy) await use();
    }),
  );

  // The names appear at once; the library process may first have to open a base to check which fit.
  list(
    names.toSorted().map((name) => ({ name, folder: "" })),
    (name) => has(library.active, name),
  );
  pick.busy = true;
  pick.show();
  try {
    const adapters = await adapterSummaries(options);
    const chosen = new Set(checked.map(({ adapter }) => adapter.name));
    list(adapters, (name) => chosen.has(name));
  } catch (error) {
    pick.hide();
    throw error;
  }
  pick.busy = false;
  if (isAccepted) await use();
}

function tellTooFew(messages: Messages): void {
  const { t } = vscode.l10n;
  messages.tell("info", t("It takes two adapters or more to combine them."), [
    { title: t("Train Adapter"), run: () => vscode.commands.executeCommand("graft.trainAdapter") },
  ]);
}

function itemOf(
  adapter: AdapterSummary,
  adapters: readonly AdapterSummary[],
  active: readonly ChosenAdapter[],
): CombineItem {
  const { name, description, problem, isVirtual } = adapter;
  const { scale = 1 } = active.find((one) => one.name === name) ?? {};
  const isOneOfSeveral = isVirtual && adapters.some((other) => other.isVirtual && other !== adapter);
  const details = [
    ...(problem ? [problemInOneLine(problem)] : []),
    ...(isOneOfSeveral ? [vscode.l10n.t("Only one adapter of virtual tokens can be in front of the text.")] : []),
  ];
  return {
    adapter,
    label: problem ? `$(circle-slash) ${name}` : name,
    // Virtual tokens have no scale, and neither has an adapter that cannot be used.
    description: [
      ...(isVirtual || problem ? [] : [scaleText(scale)]),
      ...(description ? [translated(description)] : []),
    ].join(" · "),
    ...(details.length > 0 && { detail: details.join(" ") }),
  };
}
