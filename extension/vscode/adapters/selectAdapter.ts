/** "Graft: Select adapter": none, or one of the library; those that do not fit the base are shown with the reason. */

import * as vscode from "vscode";
import { adaptersRequest, type AdapterSummary } from "../../engine/protocol.ts";
import type { AdapterLibrary } from "./adapterLibrary.ts";
import type { Engine } from "../completion/engine.ts";

interface AdapterItem extends vscode.QuickPickItem {
  /** What to activate; null for the base alone, absent where the item cannot be chosen. */
  adapter?: string | null;
  run?: () => unknown;
}

export async function selectAdapter(engine: Engine, library: AdapterLibrary): Promise<void> {
  const pick = vscode.window.createQuickPick<AdapterItem>();
  pick.title = vscode.l10n.t("Select adapter");
  pick.placeholder = vscode.l10n.t("Completions use the base model with this adapter");
  pick.matchOnDescription = true;
  pick.busy = true;
  pick.onDidHide(() => pick.dispose());
  pick.onDidAccept(async () => {
    const [item] = pick.selectedItems;
    if (!item) return;
    if (item.adapter === undefined && !item.run) return; // It says why, and stays open for another choice.
    pick.hide();
    if (item.run) await item.run();
    else await library.activate(item.adapter ?? undefined);
  });

  // The names are there at once; the engine may still have to load a base to say what fits.
  const names = await library.names();
  show(
    pick,
    library,
    names.map((name): AdapterSummary => ({ name, folder: "" })),
  );
  pick.show();
  if (names.length > 0) {
    const summaries = await engine.ask(adaptersRequest, { library: library.folder }).catch(() => undefined);
    if (summaries) show(pick, library, summaries);
  }
  pick.busy = false;
}

function show(pick: vscode.QuickPick<AdapterItem>, library: AdapterLibrary, adapters: readonly AdapterSummary[]): void {
  const fitting = adapters.filter(({ problem }) => !problem);
  const others = adapters.filter(({ problem }) => problem);
  const label = (name: string | undefined, text: string): string =>
    `${name === library.active ? "$(check)" : "$(blank)"} ${text}`;
  pick.items = [
    {
      label: label(undefined, vscode.l10n.t("None")),
      description: vscode.l10n.t("the base model alone"),
      adapter: null,
    },
    ...fitting.map(({ name, description = "" }) => ({
      label: label(name, name),
      description,
      adapter: name,
    })),
    ...(others.length > 0 ? [separator(vscode.l10n.t("Cannot be used with this base"))] : []),
    ...others.map(({ name, problem }) => ({
      label: `$(circle-slash) ${name}`,
      // One line is all there is room for.
      detail: problem ? `${problem.message} ${problem.nextStep}`.replaceAll(/\s+/g, " ") : "",
    })),
    separator(""),
    {
      label: `$(add) ${vscode.l10n.t("Train a new adapter…")}`,
      run: () => vscode.commands.executeCommand("graft.trainAdapter"),
    },
  ];
  // One that is active but does not fit cannot be chosen again: then the way out is in focus.
  const current = pick.items.find(({ adapter }) => adapter === (library.active ?? null)) ?? pick.items[0];
  pick.activeItems = current ? [current] : [];
}

function separator(label: string): AdapterItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
