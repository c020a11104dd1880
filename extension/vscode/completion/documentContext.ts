/**
 * What stands before and after the cursor, as text: of a file, or of a notebook up to the cell.
 *
 * Only cuts to a generous length; the completer's prompt decides by tokens what the model sees.
 */

import * as vscode from "vscode";

export interface DocumentContext {
  prefix: string;
  suffix: string;
}

/** More than any context length of the models we run, counted at four characters a token. */
const prefixLimit = 32_000;
const suffixLimit = 8_000;

/**
 * @param position where the completion is to begin
 * @param resume where the text after it goes on; later than `position` where a completion replaces text
 */
export function contextAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  resume: vscode.Position = position,
): DocumentContext {
  const start = document.positionAt(document.offsetAt(position) - prefixLimit);
  const end = document.positionAt(document.offsetAt(resume) + suffixLimit);
  const prefix = document.getText(new vscode.Range(start, position));
  const suffix = document.getText(new vscode.Range(resume, end));
  return {
    prefix: unixLines(earlierCells(document, prefixLimit - prefix.length) + prefix),
    suffix: unixLines(suffix),
  };
}

/** The models read and write "\n" only; the editor turns it into the document's own line end on insertion. */
function unixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** A notebook's Python cells before this one, the nearest last; empty for a file. */
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
