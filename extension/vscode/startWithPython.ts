/** Starts the engine with the first Python document, so that a window without one holds no model in memory. */

import * as vscode from "vscode";
import type { Configuration } from "./configuration.ts";
import type { Engine } from "./completion/engine.ts";

/**
 * A fork blocks the extension host for some time, so it waits for VS Code's startup, but starts before the first
 * keystroke.
 */
const delay = 200;

export function startWithPython(
  { engine, configuration }: { engine: Pick<Engine, "start" | "state">; configuration: Pick<Configuration, "get"> },
  subscriptions: vscode.Disposable[],
): void {
  let timer: NodeJS.Timeout | undefined;
  const startFor = ({ languageId }: vscode.TextDocument): void => {
    if (languageId !== "python" || engine.state.phase !== "asleep" || !configuration.get("enable")) return;
    timer ??= setTimeout(() => void engine.start(), delay);
  };
  vscode.workspace.textDocuments.forEach(startFor);
  subscriptions.push(vscode.workspace.onDidOpenTextDocument(startFor), { dispose: () => clearTimeout(timer) });
}
