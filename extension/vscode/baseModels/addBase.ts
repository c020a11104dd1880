/** "Graft: Add base model": a folder, or the name of a model on the hub; then the screen with the import. */

import { isAbsolute } from "node:path";
import * as vscode from "vscode";
import { parseHubAddress } from "../../core/hub/hubAddress.ts";
import type { BaseLibrary } from "./baseLibrary.ts";
import type { BasesPanel } from "./basesPanel.ts";

interface SourceItem extends vscode.QuickPickItem {
  /** The source to import; undefined if the user chose none. */
  source(): PromiseLike<string | undefined> | string;
}

export async function addBase(bases: BaseLibrary, panel: BasesPanel): Promise<void> {
  const source = await chooseSource(bases);
  if (source === undefined) return;
  panel.show();
  await bases.add(source);
}

async function chooseSource(bases: BaseLibrary): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<SourceItem>();
  pick.title = vscode.l10n.t("Add base model");
  pick.placeholder = vscode.l10n.t("OWNER/NAME of a Hugging Face model, or the path of a folder");
  pick.matchOnDescription = true;
  // Keeps the list open while the user copies a name from a browser.
  pick.ignoreFocusOut = true;
  const show = (): void => {
    pick.items = [...typed(pick.value.trim()), folderItem, ...offered(bases)];
  };
  const whileShown = [pick, pick.onDidChangeValue(show), bases.onDidChange(show)];
  show();
  void bases.refresh();
  const item = await new Promise<SourceItem | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.selectedItems[0]));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  vscode.Disposable.from(...whileShown).dispose();
  return item?.source();
}

const folderItem: SourceItem = {
  label: `$(folder) ${vscode.l10n.t("Folder on this machine…")}`,
  description: vscode.l10n.t("config.json, tokenizer.json and safetensors"),
  alwaysShow: true,
  async source() {
    const chosen = await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Choose a Hugging Face model folder"),
      openLabel: vscode.l10n.t("Import"),
      canSelectFiles: false,
      canSelectFolders: true,
    });
    return chosen?.[0]?.fsPath;
  },
};

/** Returns the sources that the typed text can mean. */
function typed(text: string): SourceItem[] {
  const item = (label: string): SourceItem => ({ label, alwaysShow: true, source: () => text });
  if (isAbsolute(text)) return [item(`$(folder) ${vscode.l10n.t("Import the folder {0}", text)}`)];
  return parseHubAddress(text) ? [item(`$(cloud-download) ${vscode.l10n.t("Download {0}", text)}`)] : [];
}

function offered({ state }: BaseLibrary): SourceItem[] {
  return (state.survey?.offered ?? [])
    .filter(({ obstacle }) => obstacle === undefined)
    .map(({ repository, licence }) => ({
      label: `$(cloud-download) ${repository}`,
      description: licence,
      source: () => repository,
    }));
}
