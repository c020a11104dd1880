/** The places that the user edited last, one for each Python document of the window. */

import * as vscode from "vscode";
import type { Snippet } from "../../core/repository/repositoryQuery.ts";
import { placeOf } from "../repository/roots.ts";

export interface RecentEdits {
  /** Returns the places in other documents of the same root, the most recent first. */
  besides(document: vscode.TextDocument): Snippet[];
}

const mostDocuments = 4;
/** Lines of a place on either side of the edit. */
const around = 6;

export function followEdits(subscriptions: vscode.Disposable[]): RecentEdits {
  /** The line of the last edit, the last document at the end. */
  const edited = new Map<vscode.TextDocument, number>();
  subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const last = contentChanges.at(-1);
      if (!last || document.languageId !== "python" || document.uri.scheme !== "file") return;
      edited.delete(document);
      edited.set(document, last.range.start.line);
      if (edited.size > mostDocuments) edited.delete(edited.keys().next().value!);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => edited.delete(document)),
  );
  return {
    besides: (document) => {
      const folder = placeOf(document.uri)?.folder;
      return [...edited].toReversed().flatMap(([other, line]) => {
        const place = other === document ? undefined : placeOf(other.uri);
        return place && place.folder === folder ? [{ path: place.path, text: textAround(other, line) }] : [];
      });
    },
  };
}

/** Whole lines, as the index holds them. */
function textAround(document: vscode.TextDocument, line: number): string {
  const [first, end] = [Math.max(0, line - around), Math.min(document.lineCount, line + around + 1)];
  return document.getText(new vscode.Range(first, 0, end, 0)).replaceAll("\r\n", "\n");
}
