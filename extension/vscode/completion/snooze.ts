/** "Graft: Snooze": no completions for some minutes, in this window. */

import * as vscode from "vscode";
import type { Judgement } from "../../core/completion/judgement/judgement.ts";

export interface Snooze {
  /** The time until which completions are silent, in milliseconds; undefined if they are not. */
  readonly until: number | undefined;
  readonly onDidChange: vscode.Event<void>;
  /** Lets the user choose how long. */
  choose(): Promise<void>;
  readonly resume: () => void;
}

const minutes = [5, 15, 60];

export function openSnooze(judgement: Judgement, subscriptions: vscode.Disposable[]): Snooze {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const snooze = (milliseconds: number): void => {
    clearTimeout(timer);
    judgement.snooze(Date.now() + milliseconds);
    if (milliseconds > 0) timer = setTimeout(() => changed.fire(), milliseconds);
    changed.fire();
    if (milliseconds > 0) void vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
  };
  subscriptions.push(changed, { dispose: () => clearTimeout(timer) });
  return {
    get until() {
      return judgement.snoozedUntil > Date.now() ? judgement.snoozedUntil : undefined;
    },
    onDidChange: changed.event,
    async choose() {
      const { t } = vscode.l10n;
      const choices = minutes.map((count) => ({ label: t("{0} minutes", count), milliseconds: count * 60_000 }));
      const resume = this.until === undefined ? [] : [{ label: t("Resume now"), milliseconds: 0 }];
      const title = t("Snooze completions");
      const chosen = await vscode.window.showQuickPick([...resume, ...choices], { title });
      if (chosen) snooze(chosen.milliseconds);
    },
    resume: () => snooze(0),
  };
}

/** Says until when, in the user's own format. */
export function snoozeNote({ until }: Pick<Snooze, "until">): string | undefined {
  if (until === undefined) return undefined;
  const time = new Date(until).toLocaleTimeString(vscode.env.language, { hour: "numeric", minute: "2-digit" });
  return vscode.l10n.t("Completions are snoozed until {0}.", time);
}
