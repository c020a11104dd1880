/** The events of the suggestions in this window, from the editor's documents, cursors and the items that it accepts. */

import * as vscode from "vscode";
import type { Suggestion, SuggestionEvent } from "../../core/completion/judgement/suggestionEvent.ts";
import {
  followSuggestions,
  type Appearance,
  type Change,
  type SuggestionLife,
} from "../../core/completion/judgement/suggestionLife.ts";

export interface SuggestionEvents {
  readonly onDidHappen: vscode.Event<SuggestionEvent>;
  /** Reports a silence, or another event that only the caller knows. */
  tell(event: SuggestionEvent): void;
  /** Reports that texts are about to be shown. Returns the suggestion and the command for their items. */
  appeared(appearance: Appearance): { suggestion: Suggestion; command: vscode.Command };
  readonly rest: SuggestionLife["rest"];
}

/** Run by the editor after a whole item was accepted. Not in the palette. */
const acceptedCommand = "graft.suggestionAccepted";

/** @param onChange receives the edits before they change the suggestions */
export function followSuggestionEvents(
  onChange: (document: string, changes: readonly Change[]) => void,
  subscriptions: vscode.Disposable[],
): SuggestionEvents {
  const happened = new vscode.EventEmitter<SuggestionEvent>();
  const life = followSuggestions((event) => happened.fire(event));
  const now = (): number => Date.now();

  subscriptions.push(
    happened,
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
      const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => {
        return { offset: rangeOffset, deleted: rangeLength, text };
      });
      onChange(document.uri.toString(), changes);
      life.changed(document.uri.toString(), changes, now(), reason !== undefined);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections: [selection] }) => {
      if (textEditor !== vscode.window.activeTextEditor || !selection) return;
      const { document } = textEditor;
      life.moved(document.uri.toString(), document.offsetAt(selection.active), now());
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (!editor) return;
      const { document, selection } = editor;
      life.moved(document.uri.toString(), document.offsetAt(selection.active), now());
    }),
    vscode.commands.registerCommand(acceptedCommand, (id: unknown) => {
      if (typeof id === "number") life.accepted(id, now());
    }),
  );

  return {
    onDidHappen: happened.event,
    tell: (event) => happened.fire(event),
    appeared: (appearance) => {
      const suggestion = life.appeared(appearance, now());
      return { suggestion, command: { title: "", command: acceptedCommand, arguments: [suggestion.id] } };
    },
    get rest() {
      return life.rest;
    },
  };
}
