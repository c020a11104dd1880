/** Looks after accepted texts in the documents of this window, with one timer for the next check. */

import * as vscode from "vscode";
import { watchAcceptedTexts, type Acceptance } from "../../core/statistics/acceptedTexts.ts";
import type { KeptRecord } from "../../core/statistics/record.ts";

export interface KeptTexts {
  accepted(acceptance: Omit<Acceptance, "version">): void;
  clear(): void;
}

/** In milliseconds. */
const longestWait = 600_000;

export function watchKeptTexts(add: (record: KeptRecord) => void, subscriptions: vscode.Disposable[]): KeptTexts {
  const documentOf = (uri: string): vscode.TextDocument | undefined =>
    vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  const texts = watchAcceptedTexts((uri, { start, end }) => {
    const document = documentOf(uri);
    return document?.getText(new vscode.Range(document.positionAt(start), document.positionAt(end)));
  });
  let timer: NodeJS.Timeout | undefined;

  const schedule = (): void => {
    clearTimeout(timer);
    const { nextAt } = texts;
    if (nextAt === undefined) return;
    timer = setTimeout(
      () => {
        for (const record of texts.check(Date.now())) add(record);
        schedule();
      },
      // After the clock was set back, this may be longer than a timer allows.
      Math.min(longestWait, Math.max(0, nextAt - Date.now())),
    );
  };

  subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => {
        return { offset: rangeOffset, removed: rangeLength, inserted: text };
      });
      texts.changed(document.uri.toString(), document.version, changes);
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => texts.closed(uri.toString())),
    { dispose: () => clearTimeout(timer) },
  );
  return {
    accepted: (acceptance) => {
      const document = documentOf(acceptance.document);
      if (!document) return;
      texts.accepted({ ...acceptance, version: document.version });
      schedule();
    },
    clear: () => {
      texts.clear();
      schedule();
    },
  };
}
