/**
 * Suggests a larger base to users of the small one if this machine can run it: a line in the status item's tooltip and
 * menu, until the base models were opened once. Never interrupts.
 */

import * as vscode from "vscode";
import type { BaseLibrary } from "./baseLibrary.ts";
import type { Engine } from "../completion/engine.ts";

export interface BaseHint {
  /** Undefined if there is no hint. */
  readonly text: string | undefined;
  readonly onDidChange: vscode.Event<void>;
  /** The base models were shown: no window shows the hint from now on. */
  seen(): Promise<void>;
}

const seenKey = "graft.basesSeen";
/** Measuring takes a second or two of the machine, so it must not run while the user types the first lines. */
const delay = 30_000;

export interface BaseHintOptions {
  engine: Pick<Engine, "state" | "onDidChangeState">;
  bases: BaseLibrary;
  /** Shared by all windows. */
  state: vscode.Memento;
}

export function openBaseHint({ engine, bases, state }: BaseHintOptions, subscriptions: vscode.Disposable[]): BaseHint {
  const changed = new vscode.EventEmitter<void>();
  const isSeen = (): boolean => state.get<boolean>(seenKey) === true;
  let timer: NodeJS.Timeout | undefined;
  const prepare = (): void => {
    if (engine.state.phase === "ready" && !isSeen()) timer ??= setTimeout(() => void bases.refresh(), delay);
  };
  prepare();
  subscriptions.push(
    changed,
    engine.onDidChangeState(prepare),
    bases.onDidChange(() => changed.fire()),
    { dispose: () => clearTimeout(timer) },
  );
  return {
    get text() {
      const { survey, inUse } = bases.state;
      const usesSmall = survey?.installed.find(({ name }) => name === inUse)?.embedded ?? false;
      const best = survey?.offered.find(({ recommended }) => recommended);
      if (isSeen() || !usesSmall || best?.tokensPerSecond === undefined) return undefined;
      const name = best.repository.slice(best.repository.indexOf("/") + 1);
      const speed = Number(best.tokensPerSecond.toPrecision(2));
      return vscode.l10n.t("{0} fits this machine, with up to about {1} tokens/s", name, speed);
    },
    onDidChange: changed.event,
    async seen() {
      await state.update(seenKey, true);
      changed.fire();
    },
  };
}
