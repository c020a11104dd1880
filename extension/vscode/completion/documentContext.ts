/**
 * The text before and after the cursor: of a file, or of a notebook up to the cell.
 *
 * Cuts only to a generous length, at places where the text still reads as the whole file does. The completer's prompt
 * decides by tokens what the model sees.
 */

import * as vscode from "vscode";
import { documentWindow, sourceWindows } from "../../core/completion/sourceWindow.ts";

export interface DocumentContext {
  prefix: string;
  suffix: string;
}

/** Cached state of each document: between two keystrokes little of it changes. */
const windowsOf = new WeakMap<vscode.TextDocument, ReturnType<typeof sourceWindows>>();

/**
 * Returns the text around the cursor.
 *
 * @param position where the completion begins
 * @param resume where the text after it continues; later than `position` if a completion replaces text
 */
export function contextAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  resume: vscode.Position = position,
): DocumentContext {
  const end = document.positionAt(document.offsetAt(resume) + 2 * documentWindow.behind);
  const windows = windowsOf.get(document) ?? sourceWindows(documentWindow);
  windowsOf.set(document, windows);
  const { prefix, suffix } = windows({
    prefix: unixLines(document.getText(new vscode.Range(new vscode.Position(0, 0), position))),
    suffix: unixLines(document.getText(new vscode.Range(resume, end))),
  });
  return { prefix: unixLines(earlierCells(document, documentWindow.before - prefix.length)) + prefix, suffix };
}

/** The models read and write only "\n"; the editor inserts the document's own line end instead. */
function unixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** Returns a notebook's Python cells before this one, the nearest last; empty for a file. */
function earlierCells(document: vscode.TextDocument, limit: number): string {
  if (document.uri.scheme !== "vscode-notebook-cell") return "";
  const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.path === document.uri.path);
  const cells = notebook?.getCells() ?? [];
  const index = cells.findIndex((cell) => cell.document === document);
  let text = "";
  for (const cell of cells.slice(0, Math.max(0, index)).reverse()) {
    if (cell.document.languageId !== "python") continue;
    const next = `${cell.document.getText()}\n\n`;
    if (text.length + next.length > limit) break;
    text = next + text;
  }
  return text;
}
