/** "Graft: Select adapter": none, or one of the library. Adapters that do not fit the base show the reason. */

import * as vscode from "vscode";
import { alone, has } from "../../core/adapters/chosenAdapters.ts";
import type { AdapterSummary } from "../../engine/protocol/library.ts";
import { scaleText } from "./activeText.ts";
import type { AdapterLibrary } from "./adapterLibrary.ts";
import { adapterSummaries, type SummaryOptions } from "./adapterSummaries.ts";
import { explain, type Messages } from "../messages.ts";
import { problemInOneLine, translated } from "../translated.ts";
import { completeStep } from "../walkthrough.ts";

interface AdapterItem extends vscode.QuickPickItem {
  /** The adapter to activate; null for the base alone, absent if the item cannot be chosen. */
  adapter?: string | null;
  run?: () => unknown;
}

export interface SelectAdapterOptions extends SummaryOptions {
  messages: Messages;
}

export async function selectAdapter(options: SelectAdapterOptions): Promise<void> {
  const { library, messages } = options;
  const pick = vscode.window.createQuickPick<AdapterItem>();
  pick.title = vscode.l10n.t("Select adapter");
  pick.placeholder = vscode.l10n.t("Completions use the base model with this adapter");
  pick.matchOnDescription = true;
  pick.busy = true;
  pick.onDidHide(() => pick.dispose());
  pick.onDidAccept(
    messages.reporting(async () => {
      const [item] = pick.selectedItems;
      if (!item) return;
      if (item.adapter === undefined && !item.run) return; // The item shows the reason, and the list stays open for another choice.
      pick.hide();
      if (item.run) await item.run();
      else await library.activate(item.adapter ? alone(item.adapter, library.active) : []);
      await completeStep("graft.adapterSelected");
    }),
  );

  // The names appear at once; the library process may first have to open a base to check which fit.
  const named = (await library.names()).map((name): AdapterSummary => ({ name, folder: "" }));
  pick.items = items(library, named);
  focusActive(pick, library);
  pick.show();
  try {
    pick.items = items(library, await adapterSummaries(options));
  } catch (error) {
    messages.log(error);
    // The adapters that are known can still be chosen.
    pick.items = [...items(library, named), ...failure(error)];
  }
  focusActive(pick, library);
  pick.busy = false;
}

function items(library: AdapterLibrary, adapters: readonly AdapterSummary[]): AdapterItem[] {
  const fitting = adapters.filter(({ problem }) => !problem);
  const others = adapters.filter(({ problem }) => problem);
  const { active } = library;
  const label = (isActive: boolean, text: string): string => `${isActive ? "$(check)" : "$(blank)"} ${text}`;
  const scaleOf = (adapter: string): string[] =>
    active.flatMap(({ name, scale }) => (name === adapter && scale !== 1 ? [scaleText(scale)] : []));
  return [
    {
      label: label(active.length === 0, vscode.l10n.t("None")),
      description: vscode.l10n.t("the base model alone"),
      adapter: null,
    },
    ...fitting.map(({ name, description, base, foreign }) => ({
      label: label(has(active, name), name),
      description: [
        ...scaleOf(name),
        aboutIt(description ? translated(description) : "", foreign ? undefined : base),
      ].join(" · "),
      ...(foreign && { detail: `$(warning) ${foreignText(foreign)}` }),
      adapter: name,
    })),
    ...(others.length > 0 ? [separator(vscode.l10n.t("Cannot be used with this base"))] : []),
    ...others.map(({ name, problem }) => ({
      label: `$(circle-slash) ${name}`,
      // There is room for one line only.
      detail: problem ? problemInOneLine(problem) : "",
    })),
    separator(""),
    {
      label: `$(add) ${vscode.l10n.t("Train a new adapter…")}`,
      run: () => vscode.commands.executeCommand("graft.trainAdapter"),
    },
    ...(adapters.length > 1
      ? [
          {
            label: `$(layers) ${vscode.l10n.t("Combine adapters…")}`,
            run: () => vscode.commands.executeCommand("graft.combineAdapters"),
          },
        ]
      : []),
  ];
}

function aboutIt(description: string, base: string | undefined): string {
  return base === undefined ? description : vscode.l10n.t("{0}, trained on {1}", description, base);
}

/** Returns why an adapter with the right sizes may still not help. */
export function foreignText({ kind, trainedOn }: NonNullable<AdapterSummary["foreign"]>): string {
  return kind === "other-base"
    ? vscode.l10n.t("Trained on another base: {0}", trainedOn)
    : vscode.l10n.t("Trained on another version of {0}", trainedOn);
}

function failure(error: unknown): AdapterItem[] {
  return [
    separator(vscode.l10n.t("Not known whether they fit")),
    { label: `$(error) ${vscode.l10n.t("Cannot list the adapters")}`, detail: oneLine(explain(error)) },
    {
      label: `$(output) ${vscode.l10n.t("Show log")}`,
      run: () => vscode.commands.executeCommand("graft.showLog"),
    },
  ];
}

/**
 * An active adapter that does not fit cannot be chosen again, so "None" has the focus, which is the way to fix that. Once the user has
 * typed, the editor focuses the first match: the active adapter may be filtered out, and then nothing would have the focus.
 */
function focusActive(pick: vscode.QuickPick<AdapterItem>, library: AdapterLibrary): void {
  if (pick.value !== "") return;
  const [first] = library.active;
  const current = pick.items.find(({ adapter }) => adapter === (first?.name ?? null)) ?? pick.items[0];
  pick.activeItems = current ? [current] : [];
}

function oneLine({ message, nextStep }: { message: string; nextStep: string }): string {
  return `${message} ${nextStep}`.replaceAll(/\s+/g, " ");
}

function separator(label: string): AdapterItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
