/**
 * Notifications about trainings: the end of one while its view is hidden, interrupted trainings, and the undo of a
 * discard.
 */

import * as vscode from "vscode";
import { activeText } from "../adapters/activeText.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Action, Messages } from "../messages.ts";
import { detailed } from "../messages.ts";
import { completeStep } from "../walkthrough.ts";
import type { TrainingDone, TrainingState } from "../../../webview/protocol/training.ts";
import type { Training, TrainingEnd } from "./training.ts";
import type { UnfinishedTrainings } from "./unfinishedTrainings.ts";

export interface TrainingNotices {
  /** Discards an unfinished training, and offers to undo that. */
  discard(name: string): Promise<void>;
}

export interface NoticeOptions {
  training: Training;
  unfinished: UnfinishedTrainings;
  library: Pick<AdapterLibrary, "activate">;
  comparing: { readonly isRunning: boolean };
  messages: Messages;
  log: vscode.LogOutputChannel;
  /** Names of paused trainings, which need no notice: the user paused them. */
  paused: vscode.Memento;
  isViewVisible: () => boolean;
  showView: () => Promise<void>;
}

const pausedKey = "graft.pausedTrainings";
/** Milliseconds in which a training of the window's previous session may still end, and then counts as interrupted. */
const settling = 30_000;

export function showTrainingNotices(options: NoticeOptions, subscriptions: vscode.Disposable[]): TrainingNotices {
  const { training, unfinished, messages, log, isViewVisible, showView } = options;

  const discard = async (name: string): Promise<void> => {
    const discarded = await unfinished.discard(name);
    // Without an answer it stays in the view, where it can be brought back for a while.
    messages.tell("info", vscode.l10n.t('Discarded the training "{0}".', name), [
      { title: vscode.l10n.t("Undo"), run: () => discarded.restore() },
    ]);
  };
  const tell = (error: unknown): void => messages.tellError(error);
  const resume = (name: string) => ({ title: vscode.l10n.t("Resume"), run: () => training.resume(name) });

  /** A visible view already shows the end, but not that a comparison is the reason why the adapter is not in use. */
  const tellEnd = (end: TrainingEnd): void => {
    if (end.phase === "done" && !end.active && !end.objection && options.comparing.isRunning) {
      const text = vscode.l10n.t(
        'The adapter "{0}" is trained. It is not in use, because a comparison runs: using it ends the comparison.',
        end.name,
      );
      return messages.tell("info", text, [{ title: vscode.l10n.t("Use It"), run: () => training.activate(end.name) }]);
    }
    if (isViewVisible()) return;
    if (end.phase === "done") messages.tell("info", doneText(end), waysBack(end, options));
    if (end.phase === "failed") {
      messages.tell("error", `${end.message} ${end.nextStep}`, end.reached ? [resume(end.name)] : []);
    }
  };

  const notePaused = async ({ phase, name }: TrainingEnd): Promise<void> => {
    const others = pausedNames(options.paused).filter((one) => one !== name);
    await options.paused.update(pausedKey, phase === "cancelled" ? [...others, name] : others);
  };

  const tellInterrupted = (names: readonly string[]): void => {
    const [name] = names;
    if (name === undefined) return;
    if (names.length === 1) {
      const offers = [resume(name), { title: vscode.l10n.t("Discard"), run: () => void discard(name).catch(tell) }];
      messages.tell("info", vscode.l10n.t('The training "{0}" was interrupted.', name), offers);
      return;
    }
    const text = vscode.l10n.t("{0} trainings were interrupted: {1}", names.length, names.join(", "));
    messages.tell("info", text, [{ title: vscode.l10n.t("Show"), run: showView }]);
  };

  /**
   * Trainings that run when this window opens belong to another window, or end with this window's previous session.
   */
  const tellOfEarlier = async (): Promise<void> => {
    await unfinished.refresh();
    const until = Date.now() + settling;
    const running = new Set(unfinished.list.filter(({ busy }) => busy).map(({ name }) => name));
    const known = new Set(pausedNames(options.paused));
    const interrupted = (): string[] =>
      unfinished.list.filter(({ name, busy, steps }) => !busy && steps > 0 && !known.has(name)).map(({ name }) => name);
    tellInterrupted(interrupted());
    const watching = unfinished.onDidChange(() => {
      if (Date.now() > until) return watching.dispose();
      const freed = interrupted().filter((name) => running.delete(name));
      tellInterrupted(freed);
    });
    subscriptions.push(watching);
  };

  subscriptions.push(
    training.onDidChange(tellWaiting(options)),
    training.onDidEnd((end) => {
      tellEnd(end);
      if (end.phase === "done") void completeStep("graft.trained");
      notePaused(end).catch((error: unknown) => log.error(detailed(error)));
    }),
  );
  tellOfEarlier().catch(tell);
  return { discard };
}

/** Tells the user once per training that it waits for mains power, if its view is hidden. Otherwise it would just seem very slow. */
function tellWaiting({ training, messages, isViewVisible }: NoticeOptions): (state: TrainingState) => void {
  let told = false;
  return (state) => {
    if (state.phase !== "running") told = false;
    else if (state.waits === "battery" && !told) {
      told = true;
      if (isViewVisible()) return;
      const text = vscode.l10n.t('The training "{0}" waits for mains power.', state.name);
      messages.tell("info", text, [{ title: vscode.l10n.t("Train on Battery"), run: training.trainOnBattery }]);
    }
  };
}

function pausedNames(memento: vscode.Memento): readonly string[] {
  const kept: unknown = memento.get(pausedKey);
  return Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : [];
}

function waysBack({ replaced }: TrainingDone, { library }: NoticeOptions): Action[] {
  return replaced ? [{ title: vscode.l10n.t("Undo"), run: () => library.activate(replaced) }] : [];
}

function doneText({ name, active, replaced, objection }: TrainingDone): string {
  const others = activeText(replaced ?? []);
  if (others !== undefined) {
    return vscode.l10n.t('The adapter "{0}" is trained and in use instead of {1}.', name, others);
  }
  if (active) return vscode.l10n.t('The adapter "{0}" is trained and in use.', name);
  switch (objection) {
    case "fewer-lines":
      return vscode.l10n.t(
        'The adapter "{0}" is trained. It is not in use, because fewer lines were right with it than without it.',
        name,
      );
    case "forgets":
      return vscode.l10n.t('The adapter "{0}" is trained. It is not in use, because it forgets general code.', name);
    case "worse":
    case "alike":
      return vscode.l10n.t('The adapter "{0}" is trained. It is not in use, because it does not help here.', name);
    default:
      return vscode.l10n.t('The adapter "{0}" is trained.', name);
  }
}
