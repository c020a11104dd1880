/** Waits for the first Python document of the window. */

import * as vscode from "vscode";

/** Calls `found` when a Python document is open, and `start` `delay` milliseconds later. `isWaiting` is true in between. */
export function afterFirstPython(
  { delay, found, start }: { delay: number; found: () => void; start: () => void },
  subscriptions: vscode.Disposable[],
): { readonly isWaiting: boolean } {
  let timer: NodeJS.Timeout | undefined;
  let isWaiting = false;
  const look = ({ languageId }: vscode.TextDocument): void => {
    if (languageId !== "python" || timer) return;
    isWaiting = true;
    timer = setTimeout(() => {
      isWaiting = false;
      start();
    }, delay);
    found();
  };
  vscode.workspace.textDocuments.forEach(look);
  subscriptions.push(vscode.workspace.onDidOpenTextDocument(look), { dispose: () => clearTimeout(timer) });
  return {
    get isWaiting() {
      return isWaiting;
    },
  };
}
