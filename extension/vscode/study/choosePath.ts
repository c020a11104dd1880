/** The dialogs that choose a study's suites, examples and encoder, and where its export goes. */

import * as vscode from "vscode";
import { suiteFiles } from "../benchmark/suiteFiles.ts";

export async function choosePath(
  what: "file" | "folder" | "examples" | "encoder" | "export" | "runs",
): Promise<string | undefined> {
  const isFile = what === "file" || what === "examples";
  const chosen = await vscode.window.showOpenDialog({
    title: titles()[what],
    openLabel: vscode.l10n.t("Choose"),
    canSelectFiles: isFile,
    canSelectFolders: !isFile,
    ...(isFile && { filters: suiteFiles }),
  });
  return chosen?.[0]?.fsPath;
}

function titles() {
  return {
    file: vscode.l10n.t("Choose a file of tasks"),
    folder: vscode.l10n.t("Choose a folder of held-out Python code"),
    examples: vscode.l10n.t("Choose a file of examples"),
    encoder: vscode.l10n.t("Choose the folder of a sentence encoder"),
    runs: vscode.l10n.t("Choose an exported study, or a folder of runs"),
    export: vscode.l10n.t("Choose the folder to export into"),
  };
}
