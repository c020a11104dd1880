/**
 * The paper's data sets in this window: which are present, and how CodeAlpacaPy is downloaded with the user's consent.
 */

import * as vscode from "vscode";
import { isCancelled } from "../core/foundation/errors.ts";
import { codeAlpacaLicence } from "../core/dataset/paper/codeAlpacaLicence.ts";
import { paperFile, type PaperPlaces } from "../core/dataset/paperDatasets.ts";
import { fetchDataWork } from "../engine/protocol/import.ts";
import { workApart } from "../engine/workApart.ts";
import type { PaperDataState } from "../../webview/protocol/paperData.ts";
import { readHubSettings } from "./baseModels/hubSettings.ts";
import type { Messages } from "./messages.ts";

export interface PaperData {
  readonly state: PaperDataState;
  readonly onDidChange: vscode.Event<PaperDataState>;
  /** Reads the list again. */
  refresh(): Promise<void>;
  /** Shows CodeAlpacaPy's licence. If the user accepts it, downloads the data or takes it from a folder. */
  get(): Promise<void>;
}

export interface PaperDataOptions {
  /** The engine's bundle. */
  entry: string;
  places: PaperPlaces;
  messages: Messages;
  secrets: vscode.SecretStorage;
  log: vscode.LogOutputChannel;
}

export function openPaperData(options: PaperDataOptions, subscriptions: vscode.Disposable[]): PaperData {
  const { entry, places, messages, secrets, log } = options;
  const changed = new vscode.EventEmitter<PaperDataState>();
  const disposal = new AbortController();
  let state: PaperDataState = { codealpacapy: "missing" };
  const become = (codealpacapy: PaperDataState["codealpacapy"]): void => {
    state = { codealpacapy };
    changed.fire(state);
  };
  const refresh = async (): Promise<void> => {
    if (state.codealpacapy === "coming") return;
    become((await paperFile("codealpacapy", places)) === undefined ? "missing" : "here");
  };

  const get = async (): Promise<void> => {
    if (state.codealpacapy === "coming") return;
    const from = await consent();
    if (from === undefined) return;
    become("coming");
    try {
      const asked = { ...places, hub: await readHubSettings(secrets), ...(from !== null && { from }) };
      const title = vscode.l10n.t("Getting CodeAlpacaPy");
      const progress = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      await vscode.window.withProgress(progress, async (_, token) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const signal = AbortSignal.any([controller.signal, disposal.signal]);
        await workApart(fetchDataWork, asked, { entry, log }, { signal, onProgress: () => undefined });
      });
    } catch (error) {
      if (!isCancelled(error)) messages.tellError(error);
    }
    state = { codealpacapy: "missing" };
    await refresh();
  };

  subscriptions.push(changed, { dispose: () => disposal.abort() });
  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    refresh,
    get,
  };
}

/** A folder that contains the data, null for a download, or undefined if the user cancelled. */
async function consent(): Promise<string | null | undefined> {
  const title = vscode.l10n.t("Get CodeAlpacaPy for non-commercial use?");
  const [download, folder] = [vscode.l10n.t("Accept and Download"), vscode.l10n.t("Accept and Choose Folder…")];
  const folderNote = vscode.l10n.t("A folder must hold train.jsonl, validation.jsonl and test.jsonl.");
  const detail = [...codeAlpacaLicence, folderNote].join("\n\n");
  const chosen = await vscode.window.showWarningMessage(title, { modal: true, detail }, download, folder);
  if (chosen === download) return null;
  if (chosen !== folder) return undefined;
  const folders = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Choose the folder that holds train.jsonl, validation.jsonl and test.jsonl"),
    openLabel: vscode.l10n.t("Choose"),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return folders?.[0]?.fsPath;
}
