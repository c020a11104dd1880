/** Typing on this machine: in this window, and in other windows, which report it through a file while a training runs elsewhere. */

import { unwatchFile, watchFile, writeFile } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Engine } from "../../completion/engine.ts";
import type { UnfinishedTrainings } from "../unfinishedTrainings.ts";

export interface Typing {
  /** Fires whenever the user types or asks for a completion in this window. */
  readonly onDidType: vscode.Event<void>;
  /** Calls `typed` whenever the user types or asks for a completion, in any window, until it is disposed. */
  follow(typed: () => void): vscode.Disposable;
}

export interface TypingOptions {
  engine: Pick<Engine, "onDidAsk">;
  unfinished: Pick<UnfinishedTrainings, "list">;
  /** The folder that the windows share. */
  home: string;
}

/** Milliseconds between two signs to other windows, and between two looks for theirs: less than any training waits. */
const [between, look] = [1000, 500];

export function openTyping({ engine, unfinished, home }: TypingOptions, subscriptions: vscode.Disposable[]): Typing {
  const typed = new vscode.EventEmitter<void>();
  const sign = join(home, "typing");
  let followers = 0;
  let toldAt = -Infinity;

  const tellOthers = (): void => {
    const isElsewhere = followers === 0 && unfinished.list.some(({ busy }) => busy);
    if (!isElsewhere || performance.now() - toldAt < between) return;
    toldAt = performance.now();
    writeFile(sign, "", () => undefined); // If this fails, that training waits only for its own window.
  };
  const onTyped = (): void => {
    typed.fire();
    tellOthers();
  };

  subscriptions.push(
    typed,
    vscode.workspace.onDidChangeTextDocument((event) => isTyped(event) && onTyped()),
    engine.onDidAsk(onTyped),
  );
  return {
    onDidType: typed.event,
    follow(listener) {
      followers++;
      const onSign = (now: { mtimeMs: number }, before: { mtimeMs: number }): void => {
        if (now.mtimeMs > before.mtimeMs) listener();
      };
      watchFile(sign, { interval: look, persistent: false }, onSign);
      return vscode.Disposable.from(typed.event(listener), {
        dispose: () => {
          followers--;
          unwatchFile(sign, onSign);
        },
      });
    },
  };
}

/** Whether a change is of the text that the user looks at. Changes of output panels, and of other files by programs, are not typing. */
function isTyped({ document, contentChanges }: vscode.TextDocumentChangeEvent): boolean {
  const { activeTextEditor, state } = vscode.window;
  return contentChanges.length > 0 && state.focused && document === activeTextEditor?.document;
}
