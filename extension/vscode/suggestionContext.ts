/** The context key `graft.hasSuggested`, which completes the walkthrough's first step: set for good with the first suggestion. */

import * as vscode from "vscode";

const key = "graft.hasSuggested";

/** @returns what is called for each suggestion */
export function noteSuggestion(globalState: vscode.Memento): () => void {
  let isNoted = globalState.get(key) === true;
  const publish = (): Thenable<unknown> => vscode.commands.executeCommand("setContext", key, true);
  if (isNoted) void publish();
  return () => {
    if (isNoted) return;
    isNoted = true;
    void publish();
    // Not kept, it is noted again in the next window.
    globalState.update(key, true).then(undefined, () => undefined);
  };
}
