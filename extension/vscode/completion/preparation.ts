/**
 * Prepares prompts while the user pauses: the context is chosen again, and the model reads it before the next request. A file that is
 * opened or returned to is read ahead, too. Every keystroke ends this.
 */

import * as vscode from "vscode";
import type { Configuration } from "../configuration.ts";
import type { Frame } from "./ask.ts";
import { isExcluded } from "./circumstance.ts";
import { contextAt } from "./documentContext.ts";
import type { Engine } from "./engine.ts";
import type { RepositoryContext } from "./repositoryContext.ts";

export interface PreparationOptions {
  readonly engine: Pick<Engine, "state" | "prepare">;
  readonly contexts: RepositoryContext;
  readonly configuration: Configuration;
  readonly frameOf: (document: vscode.TextDocument) => Frame;
}

/** Milliseconds without a keystroke or a move of the cursor. Longer than people pause within a line. */
const pauseLength = 700;
/** After a move of at least this many lines, the user looks at something else. */
const jumpLength = 32;

export function prepareWhilePausing(options: PreparationOptions, subscriptions: vscode.Disposable[]): void {
  const { engine, contexts, configuration, frameOf } = options;
  let timer: NodeJS.Timeout | undefined;
  let running = new AbortController();
  /** Where the last preparation was. */
  let last: { readonly document: vscode.TextDocument; readonly line: number } | undefined;

  const prepare = async (editor: vscode.TextEditor): Promise<void> => {
    const { document, selection } = editor;
    const isWanted =
      document.languageId === "python" &&
      configuration.get("enable") &&
      !isExcluded(document, configuration) &&
      vscode.window.state.focused &&
      engine.state.phase === "ready";
    if (!isWanted) return;
    const { signal } = (running = new AbortController());
    const cursor = contextAt(document, selection.active);
    const changed = await contexts.pause(document, cursor, signal);
    const { line } = selection.active;
    const isElsewhere = last?.document !== document || Math.abs(last.line - line) >= jumpLength;
    if (signal.aborted || (!changed && !isElsewhere)) return;
    last = { document, line };
    const front = changed ?? (await contexts.of(document, cursor, signal));
    if (!signal.aborted) await engine.prepare({ ...frameOf(document), ...front, ...cursor }, signal);
  };

  const restart = (): void => {
    running.abort();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const editor = vscode.window.activeTextEditor;
      if (editor) void prepare(editor);
    }, pauseLength);
  };

  subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0 || document.uri.scheme === "output") return;
      if (document === vscode.window.activeTextEditor?.document) restart();
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor === vscode.window.activeTextEditor) restart();
    }),
    vscode.window.onDidChangeActiveTextEditor(restart),
    {
      dispose: () => {
        running.abort();
        clearTimeout(timer);
      },
    },
  );
}
