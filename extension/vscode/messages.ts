/** How failures are told: what is wrong, the next step, and a way to the log. One place, so that all sound alike. */

import * as vscode from "vscode";
import { isCancelled, UserError } from "../core/foundation/errors.ts";

export interface Messages {
  /** Shows `error` and logs it, its stack included where it is a bug of ours. Does not wait for the user. */
  tellError(error: unknown, actions?: readonly Action[]): void;
  /** As above, but only the first of each kind until `forget`: for what fails at every keystroke. */
  tellOnce(error: unknown): void;
  forget(): void;
  /** As above, for what a view shows, too: where that is in sight, it is only logged. */
  tellUnseen(error: unknown, view: { visible: boolean; open: Action }): void;
  /** Logs `error` and shows nothing, since something else does. */
  log(error: unknown): void;
  /** `handle`, whose failure is told: for events, whose listeners' promises nobody awaits. */
  reporting<Args extends unknown[]>(handle: (...args: Args) => unknown): (...args: Args) => Promise<void>;
  tell(severity: "info" | "warning", text: string, actions?: readonly Action[]): void;
}

type Show = (text: string, ...actions: string[]) => Thenable<string | undefined>;

export interface Action {
  title: string;
  run: () => unknown;
}

/** What went wrong and what to do, in words for the user. */
export function explain(error: unknown): { message: string; nextStep: string } {
  if (error instanceof UserError) return { message: error.message, nextStep: error.nextStep };
  const reason = error instanceof Error ? error.message : String(error);
  return {
    message: vscode.l10n.t("Something in Graft went wrong: {0}", reason),
    nextStep: vscode.l10n.t("This is a bug. The log holds the details for a report."),
  };
}

export function createMessages(output: vscode.LogOutputChannel): Messages {
  const told = new Set<string>();
  const showLog: Action = { title: vscode.l10n.t("Show Log"), run: () => output.show() };

  const offer = (show: Show, text: string, actions: readonly Action[]): void => {
    const offered = [...actions, showLog];
    void show(text, ...offered.map(({ title }) => title)).then(
      reporting((title) => offered.find((action) => action.title === title)?.run()),
    );
  };

  const log: Messages["log"] = (error) => {
    if (!(error instanceof UserError)) return output.error(detailed(error));
    output.error(`${error.message} ${error.nextStep}`);
  };

  const tellError: Messages["tellError"] = (error, actions = []) => {
    const { message, nextStep } = explain(error);
    log(error);
    offer(vscode.window.showErrorMessage, `${message} ${nextStep}`, actions);
  };

  const reporting: Messages["reporting"] =
    (handle) =>
    async (...args) => {
      try {
        await handle(...args);
      } catch (error) {
        if (!isCancelled(error)) tellError(error);
      }
    };

  return {
    log,
    reporting,
    tellUnseen(error, { visible, open }) {
      if (visible) log(error);
      else tellError(error, [open]);
    },
    tell(severity, text, actions = []) {
      const { showInformationMessage, showWarningMessage } = vscode.window;
      offer(severity === "info" ? showInformationMessage : showWarningMessage, text, actions);
    },
    tellError,
    tellOnce(error) {
      const kind = error instanceof UserError ? error.code : explain(error).message;
      if (told.has(kind)) return;
      told.add(kind);
      tellError(error);
    },
    forget() {
      told.clear();
    },
  };
}

function detailed(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
