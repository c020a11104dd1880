/** The commands of the view "Adapters": use, combine, change the scale, refresh, rename, reveal, export, import, delete. */

import { homedir } from "node:os";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { alone } from "../../core/adapters/chosenAdapters.ts";
import type { AdapterFormat } from "../../core/adapters/formats/convertAdapter.ts";
import { renameAdapter } from "../../core/adapters/library/keptAdapters.ts";
import { recordRename } from "../../core/adapters/library/renames.ts";
import { copyAdapterRequest, exportAdapterRequest, type AdapterRow } from "../../engine/protocol/adapters.ts";
import { completeStep } from "../walkthrough.ts";
import { activeText } from "./activeText.ts";
import { registerAdapterView, type AdapterViewOptions } from "./adapterView.ts";
import { changeScale, type ScaleOptions } from "./changeScale.ts";
import { combineAdapters, useToo } from "./combineAdapters.ts";
import { deleteWithUndo, forgetEarlierDeletions } from "./deletedAdapters.ts";
import { selectAdapter } from "./selectAdapter.ts";

type Command = (argument?: unknown) => Promise<void>;

/** What the view offers about refreshes of an adapter. */
export interface RefreshActions {
  refresh(name: string): Promise<void>;
  list(name: string): Promise<void>;
  /** Ends the refresh that runs, if one does. Its adapter stays as it was. */
  stop(): void;
}

/** Opens the view, and returns its commands by their ids. */
export function openAdapterView(
  options: AdapterViewOptions & ScaleOptions & { freshness: RefreshActions },
  subscriptions: vscode.Disposable[],
): Readonly<Record<string, Command>> {
  const { library, freshness } = options;
  const view = registerAdapterView(options, subscriptions);
  void forgetEarlierDeletions(options);
  /** Row commands do nothing without a row. */
  const ofRow =
    (act: (name: string, row: AdapterRow) => Promise<void>): Command =>
    async (argument) => {
      const row = view.rowOf(argument);
      if (row) await act(row.name, row);
    };
  return {
    "graft.selectAdapter": () => selectAdapter(options),
    "graft.combineAdapters": () => combineAdapters(options),
    // From the command palette, the command applies to the adapters in use, whatever row is selected.
    "graft.changeScale": async (argument) =>
      await changeScale(argument === undefined ? undefined : view.rowOf(argument)?.name, options),
    "graft.adapters.use": ofRow((name) => useAlone(name, options)),
    "graft.adapters.useToo": ofRow((name) => useToo(name, options)),
    "graft.adapters.stopUsing": ofRow(async (name) => {
      await library.activate(library.active.filter((one) => one.name !== name));
    }),
    "graft.adapters.refresh": ofRow((name) => freshness.refresh(name)),
    "graft.adapters.refreshes": ofRow((name) => freshness.list(name)),
    "graft.stopRefresh": async () => freshness.stop(),
    "graft.adapters.rename": ofRow((name) => rename(name, options)),
    "graft.adapters.reveal": ofRow(async (name) => {
      await vscode.commands.executeCommand("revealFileInOS", vscode.Uri.file(join(library.folder, name)));
    }),
    "graft.adapters.export": ofRow((_name, row) => exportOne(row, options)),
    "graft.adapters.delete": ofRow((name) => deleteWithUndo(name, options)),
    "graft.adapters.import": async () => await importOne(options),
  };
}

type UseAloneOptions = AdapterViewOptions & Pick<ScaleOptions, "comparing">;

/** One click can replace a combination whose scales took time to set, so it can be undone. */
async function useAlone(name: string, { library, messages, comparing }: UseAloneOptions): Promise<void> {
  const before = library.active;
  // If this ends a comparison, the comparison's own notice offers the way back.
  const isTold = comparing.isRunning;
  await library.activate(alone(name, before));
  await completeStep("graft.adapterSelected");
  if (before.length < 2 || isTold) return;
  const { t } = vscode.l10n;
  messages.tell("info", t('Switched from {0} to "{1}" alone.', activeText(before)!, name), [
    { title: t("Undo"), run: () => library.activate(before) },
  ]);
}

async function rename(from: string, { library }: AdapterViewOptions): Promise<void> {
  const to = await vscode.window.showInputBox({
    title: vscode.l10n.t("Rename adapter"),
    value: from,
    validateInput: (text) => (text.trim() === from ? undefined : library.nameProblem(text.trim())),
  });
  const name = to?.trim();
  if (name === undefined || name === from) return;
  await renameAdapter(library.folder, from, name);
  // Every window that uses the adapter follows the rename, including this one.
  await recordRename(library.folder, { from, to: name, at: Date.now() });
  library.refresh();
}

interface FormatItem extends vscode.QuickPickItem {
  to: AdapterFormat | "peft";
}

async function exportOne({ name, formats = [] }: AdapterRow, options: AdapterViewOptions): Promise<void> {
  const { library, libraryProcess, engine, places, messages } = options;
  const all: FormatItem[] = [
    { to: "peft", label: vscode.l10n.t("Folder"), description: vscode.l10n.t("for PEFT and Graft") },
    { to: "onnx-adapter", label: ".onnx_adapter", description: vscode.l10n.t("for ONNX Runtime, LoRA only") },
    { to: "gguf", label: "GGUF", description: vscode.l10n.t("for llama.cpp, LoRA only") },
  ];
  const possible = all.filter(({ to }) => to === "peft" || formats.includes(to));
  const chosen = await vscode.window.showQuickPick(possible, { title: vscode.l10n.t('Export adapter "{0}"', name) });
  if (!chosen) return;
  const folder = join(library.folder, name);
  if (chosen.to === "peft") {
    const parent = await chooseFolder(vscode.l10n.t("Export here"));
    if (parent === undefined) return;
    const target = await libraryProcess.ask(copyAdapterRequest, { source: folder, target: join(parent, name) });
    return messages.tell("info", vscode.l10n.t("Exported to {0}.", target));
  }
  const ending = chosen.to === "gguf" ? "gguf" : "onnx_adapter";
  const out = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(homedir(), `${name}.${ending}`)),
    filters: { [chosen.label]: [ending] },
    title: vscode.l10n.t('Export adapter "{0}"', name),
    saveLabel: vscode.l10n.t("Export"),
  });
  if (out?.scheme !== "file") return;
  const { home, embedded } = places;
  const question = { folder, to: chosen.to, out: out.fsPath, base: engine.base, home, embedded };
  await libraryProcess.ask(exportAdapterRequest, question);
  messages.tell("info", vscode.l10n.t("Exported to {0}.", out.fsPath));
}

/** Imports an adapter folder that PEFT or Graft wrote, under a free name like the folder's. */
async function importOne(options: UseAloneOptions): Promise<void> {
  const { library, libraryProcess, messages } = options;
  const source = await chooseFolder(vscode.l10n.t("Import"));
  if (source === undefined) return;
  const name = freeName(basename(source), (text) => library.nameProblem(text) === undefined);
  await libraryProcess.ask(copyAdapterRequest, { source, target: join(library.folder, name) });
  library.refresh();
  messages.tell("info", vscode.l10n.t('Imported the adapter "{0}".', name), [
    { title: vscode.l10n.t("Use It"), run: () => useAlone(name, options) },
  ]);
}

/** Returns the name with only allowed characters, and with a number appended if it is taken. */
function freeName(wanted: string, isFree: (name: string) => boolean): string {
  const stem =
    wanted
      .replaceAll(/[^\w.-]+/g, "-")
      .replace(/^[.-]+/, "")
      .slice(0, 40) || "adapter";
  let name = stem;
  for (let i = 2; !isFree(name); i++) name = `${stem}-${i}`;
  return name;
}

async function chooseFolder(openLabel: string): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel })) ?? [];
  return uri?.fsPath;
}
