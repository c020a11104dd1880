/**
 * The text before and after the cursor: of a file, or of all Python cells of a notebook.
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

/**
 * In characters. In a longer file, only the text near the cursor is read, from a start that rarely moves, so that a keystroke costs the
 * same in a file of any length.
 */
const [farthest, stride] = [400_000, 100_000];

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
  const start = startFor(document, position);
  const end = document.positionAt(document.offsetAt(resume) + 2 * documentWindow.behind);
  const windows = windowsOf.get(document) ?? sourceWindows(documentWindow);
  windowsOf.set(document, windows);
  const { prefix, suffix } = windows({
    prefix: unixLines(document.getText(new vscode.Range(start, position))),
    suffix: unixLines(document.getText(new vscode.Range(resume, end))),
  });
  const { earlier, later } = otherCells(
    document,
    documentWindow.before - prefix.length,
    documentWindow.behind - suffix.length,
  );
  return { prefix: unixLines(earlier) + prefix, suffix: suffix + unixLines(later) };
}

/**
 * Returns where to start reading: the document's start, or a line start that is between {@link farthest} and one stride more before the
 * cursor.
 */
function startFor(document: vscode.TextDocument, position: vscode.Position): vscode.Position {
  const earliest = document.offsetAt(position) - farthest;
  if (earliest <= 0) return new vscode.Position(0, 0);
  const { line } = document.positionAt(Math.floor(earliest / stride) * stride);
  return new vscode.Position(line === 0 || line === position.line ? line : line + 1, 0);
}

/** The models read and write only "\n"; the editor inserts the document's own line end instead. */
function unixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** Returns the texts of a notebook's Python cells before and after this one; empty for a file. The nearest cells have priority. */
function otherCells(
  document: vscode.TextDocument,
  before: number,
  after: number,
): { readonly earlier: string; readonly later: string } {
  if (document.uri.scheme !== "vscode-notebook-cell") return { earlier: "", later: "" };
  const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.path === document.uri.path);
  const cells = notebook?.getCells() ?? [];
  const index = cells.findIndex((cell) => cell.document === document);
  if (index < 0) return { earlier: "", later: "" };
  const earlier = fitting(cells.slice(0, index).reverse(), before).reverse();
  const later = fitting(cells.slice(index + 1), after);
  return {
    earlier: earlier.map((text) => `${text}\n\n`).join(""),
    later: later.map((text) => `\n\n${text}`).join(""),
  };
}

/** Returns the texts of the first Python cells that fit into `limit` characters. */
function fitting(cells: readonly vscode.NotebookCell[], limit: number): string[] {
  const texts: string[] = [];
  let left = limit;
  for (const { document } of cells) {
    if (document.languageId !== "python") continue;
    left -= document.getText().length + 2;
    if (left < 0) break;
    texts.push(document.getText());
  }
  return texts;
}
