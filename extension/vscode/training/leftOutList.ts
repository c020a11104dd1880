/** The files that the last training of this window left out: their number, and the list as a document. */

import * as vscode from "vscode";
import { columnsOf } from "../../core/foundation/words/columns.ts";
import { countByReason, reasonText, type Skipped } from "../../core/sources/skipped.ts";
import { translated } from "../translated.ts";
import type { LeftOut } from "../../../webview/protocol/training.ts";

export interface LeftOutList {
  add(skipped: readonly Skipped[]): void;
  clear(): void;
  /** Part of a training's state. */
  counts(): { leftOut?: LeftOut };
  show(): Promise<void>;
}

const uri = vscode.Uri.from({ scheme: "graft-left-out", path: "Left out of training" });

export function createLeftOutList(subscriptions: vscode.Disposable[]): LeftOutList {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let files: Skipped[] = [];
  const text = (): string =>
    files
      .map(({ path, reason }) => {
        const words = translated(reasonText(reason));
        return `${words}${" ".repeat(Math.max(2, 18 - columnsOf(words)))}${path}\n`;
      })
      .join("");
  subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(uri.scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: text,
    }),
  );
  return {
    add(skipped) {
      files.push(...skipped);
      changed.fire(uri);
    },
    clear() {
      files = [];
    },
    counts: () => (files.length > 0 ? { leftOut: countByReason(files) } : {}),
    async show() {
      await vscode.window.showTextDocument(uri, { preview: true });
    },
  };
}
