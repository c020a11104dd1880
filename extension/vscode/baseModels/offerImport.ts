/**
 * Offers the import of a folder that the settings name as the base and that is not imported yet, once per workspace.
 *
 * An import takes minutes and every core, and a repository's settings can name a folder, so the user has to agree.
 * Until then the embedded base completes.
 */

import * as vscode from "vscode";
import type { BaseLibrary } from "./baseLibrary.ts";
import type { Engine } from "../completion/engine.ts";
import type { Messages } from "../messages.ts";
import { plainMessage } from "../plainMessage.ts";

/** The folder whose import the user declined. */
const declinedKey = "graft.declinedImport";

export interface OfferImportOptions {
  engine: Engine;
  bases: BaseLibrary;
  messages: Messages;
  state: vscode.Memento;
}

export function offerImport(
  { engine, bases, messages, state }: OfferImportOptions,
  subscriptions: vscode.Disposable[],
): void {
  let offered: string | undefined;
  const offer = async (): Promise<void> => {
    const folder = engine.state.phase === "ready" ? engine.state.selected.notImported : undefined;
    if (folder === undefined || folder === offered || folder === state.get(declinedKey)) return;
    offered = folder;
    const [yes, no] = [vscode.l10n.t("Import"), vscode.l10n.t("Not Now")];
    const text = vscode.l10n.t(
      "The base {0} must be imported before it can be used. The small base that comes with Graft completes meanwhile.",
      folder,
    );
    const answer = await vscode.window.showInformationMessage(plainMessage(text), yes, no);
    if (answer === no) await state.update(declinedKey, folder);
    if (answer === yes) await bases.add(folder);
  };
  subscriptions.push(engine.onDidChangeState(messages.reporting(offer)));
}
