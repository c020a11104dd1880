/** "Graft: Add selection to snippets": keeps the selected lines of the editor, to train on them. */

import { basename } from "node:path";
import * as vscode from "vscode";
import type { Selection } from "../../../core/sources/snippets/snippetFolder.ts";
import type { Messages } from "../../messages.ts";
import type { Snippets } from "./snippets.ts";

export interface AddSelectionOptions {
  snippets: Snippets;
  messages: Messages;
  showForm: () => Promise<void>;
}

export async function addSelection({ snippets, messages, showForm }: AddSelectionOptions): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const selections = editor?.selections.filter(({ isEmpty }) => !isEmpty) ?? [];
  if (!editor || selections.length === 0) {
    return messages.tell("info", vscode.l10n.t("Select code first: its lines become a snippet to train on."));
  }
  let [added, known] = [0, 0];
  for (const selection of selections) {
    try {
      if (await snippets.add(linesOf(editor.document, selection))) added++;
      else known++;
    } catch (error) {
      // The other selections may be fine.
      messages.tellError(error);
    }
  }
  const show = async (): Promise<void> => {
    snippets.choose();
    await showForm();
  };
  const actions = [{ title: vscode.l10n.t("Train on Snippets…"), run: show }];
  const name = basename(editor.document.fileName);
  const { length } = snippets.state.snippets;
  if (added > 0) {
    messages.tell("info", vscode.l10n.t("Added code of {0}. Snippets to train on: {1}", name, length), actions);
  } else if (known > 0) {
    messages.tell("info", vscode.l10n.t("This code is among the snippets already."), actions);
  }
}

/** Returns the whole lines of a selection. One that ends before the first character of a line does not contain that line. */
function linesOf(document: vscode.TextDocument, { start, end }: vscode.Selection): Selection {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  const lines = new vscode.Range(start.line, 0, last, document.lineAt(last).text.length);
  const path = vscode.workspace.asRelativePath(document.uri, false);
  return { path, text: document.getText(lines), firstLine: start.line + 1 };
}
