/** Asks the user whether programs that a model writes may run on this machine. */

import * as vscode from "vscode";

export async function consent(): Promise<boolean> {
  const title = vscode.l10n.t("Run what the model writes?");
  const detail = vscode.l10n.t(
    "The tasks of this suite have tests. Programs of the model run on this machine, in a sandbox without network, your files or other processes, with limits on time and memory. Where there is no sandbox, nothing is run.",
  );
  const yes = vscode.l10n.t("Run in the Sandbox");
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) === yes;
}
