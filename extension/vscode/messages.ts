/** Shows notices, and failures with the problem, the next step and a link to the log. One place, so that all have the same form. */

import * as vscode from "vscode";
import { isCancelled, UserError } from "../core/foundation/errors.ts";
import { plainMessage } from "./plainMessage.ts";
import { translatedProblem } from "./translated.ts";

export interface Messages {
  /** Shows `error` and logs it; a bug with its stack. Does not wait for the user. */
  tellError(error: unknown, actions?: readonly Action[]): void;
  /** Like `tellError`, but shows only the first of each kind until `forget`: for failures at every keystroke. */
  tellOnce(error: unknown, actions?: readonly Action[]): void;
  forget(): void;
  /** Like `tellError`, for failures that a view also shows: if the view is visible, only logs them. */
  tellUnseen(error: unknown, view: { visible: boolean; open: Action }): void;
  /** Logs `error`; another part shows it. */
  log(error: unknown): void;
  /** Wraps `handle` and shows its failure: for events, whose listeners' promises are never awaited. */
  reporting<Args extends unknown[]>(handle: (...args: Args) => unknown): (...args: Args) => Promise<void>;
  /** Shows `text`. For a warning or an error, the log may say more. */
  tell(severity: "info" | "warning" | "error", text: string, actions?: readonly Action[]): void;
}

type Show = (text: string, ...actions: string[]) => Thenable<string | undefined>;

export interface Action {
  title: string;
  run: () => unknown;
}

/** The problem and the next step, in the user's words. */
export function explain(error: unknown): { message: string; nextStep: string } {
  if (error instanceof UserError) return translatedProblem(error.said);
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
    void show(plainMessage(text), ...actions.map(({ title }) => title)).then(
      reporting((title) => actions.find((action) => action.title === title)?.run()),
    );
  };

  const log: Messages["log"] = (error) => {
    output.error(detailed(error));
  };

  const tellError: Messages["tellError"] = (error, actions = []) => {
    const { message, nextStep } = explain(error);
    log(error);
    offer(vscode.window.showErrorMessage, `${message} ${nextStep}`, [...actions, showLog]);
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
      const { showInformationMessage: info, showWarningMessage: warning, showErrorMessage: error } = vscode.window;
      offer({ info, warning, error }[severity], text, severity === "info" ? actions : [...actions, showLog]);
    },
    tellError,
    tellOnce(error, actions) {
      const kind = error instanceof UserError ? error.code : explain(error).message;
      if (told.has(kind)) return;
      told.add(kind);
      tellError(error, actions);
    },
    forget() {
      told.clear();
    },
  };
}

/** Formats the error for the log; a bug with its stack. */
export function detailed(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.nextStep}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
