/**
 * Keeps the adapter in use fresh, if the user wants it (`graft.training.keepFresh`): it learns from edits and pulled commits when the user
 * rests, on mains power. The commands of the view of adapters do the same at once, and take a refresh back.
 */

import * as vscode from "vscode";
import { onBattery } from "../../../core/devices/onBattery.ts";
import { isCancelled, UserError, type UserErrorCode } from "../../../core/foundation/errors.ts";
import { createRefreshClock } from "../../../core/training/refresh/refreshClock.ts";
import type { RefreshActions } from "../../adapters/adapterActions.ts";
import { detailed, type Messages } from "../../messages.ts";
import { listRefreshes, undo, type RefreshListOptions } from "./refreshList.ts";
import { createRefreshing, type RefreshingOptions } from "./refreshing.ts";
import { refreshText } from "./refreshWords.ts";

export interface FreshnessOptions extends RefreshingOptions, Omit<RefreshListOptions, "library" | "engine"> {
  messages: Messages;
  /** An arm that learned during a comparison would no longer be the same. */
  comparing: { readonly isRunning: boolean; readonly onDidChange: vscode.Event<void> };
}

/** Milliseconds between two looks at the clock. */
const look = 60_000;

export function openFreshness(options: FreshnessOptions, subscriptions: vscode.Disposable[]): RefreshActions {
  const { configuration, library, training, sources, typing, comparing, messages, log } = options;
  const refreshing = createRefreshing(options, subscriptions);
  const clock = createRefreshClock();
  const { t } = vscode.l10n;
  /** The adapter that is being refreshed by itself. */
  let following: string | undefined;
  let isStopped = false;

  /** The one adapter in use. Several adapters share the work, so none alone can learn what is missing. */
  const followed = (): string | undefined => (library.active.length === 1 ? library.active[0]?.name : undefined);
  const isWanted = (): boolean =>
    configuration.get("training.keepFresh") && vscode.workspace.isTrusted && !comparing.isRunning;
  const isFree = (): boolean =>
    isWanted() && !refreshing.isRunning && training.state.phase !== "running" && sources.folders().length > 0;

  const keepFresh = async (): Promise<void> => {
    const name = followed();
    if (name === undefined || !clock.isDue || !isFree() || (await onBattery())) return;
    clock.tried();
    try {
      following = name;
      isStopped = false;
      await refreshing.run(name, false);
    } catch (error) {
      // A refresh that the user has stopped does not begin again until something else changes.
      if (isStopped) return messages.tell("info", t('"{0}" stays as it was.', name));
      if (isCancelled(error)) return clock.changed();
      log[isUsual(error) ? "debug" : "warn"](`Not refreshed: ${detailed(error)}`);
    } finally {
      following = undefined;
    }
  };

  /** Ends an automatic refresh once its adapter is no longer the one in use, or automatic refreshes are no longer wanted. */
  const check = (): void => {
    if (following !== undefined && (following !== followed() || !isWanted())) refreshing.cancel();
  };

  const refresh = async (name: string): Promise<void> => {
    try {
      const result = await refreshing.run(name, true);
      const actions = result.kept ? [{ title: t("Undo"), run: () => undo(name, options) }] : [];
      messages.tell("info", refreshText(name, result), actions);
    } catch (error) {
      if (isCancelled(error) && training.state.phase === "running") {
        return messages.tell("info", t('"{0}" stays as it was: the training that you started comes first.', name));
      }
      if (error instanceof UserError && error.code === "nothing-changed") {
        const text = t('No file has changed since "{0}" last learned your code.', name);
        const next = hasUnsaved() ? t("Save your edits first.") : t("Change a file and save it first.");
        return messages.tell("info", `${text} ${next}`);
      }
      throw error;
    }
  };

  const timer = setInterval(() => void keepFresh(), look);
  const saved = vscode.workspace.createFileSystemWatcher("**/*.py");
  subscriptions.push(
    { dispose: () => clearInterval(timer) },
    saved,
    saved.onDidChange(clock.changed),
    saved.onDidCreate(clock.changed),
    typing.onDidType(clock.typed),
    library.onDidChangeActive(check),
    configuration.onDidChange(check),
    comparing.onDidChange(check),
  );
  return {
    refresh,
    list: (name) => listRefreshes(name, options),
    stop() {
      isStopped = true;
      refreshing.cancel();
    },
  };
}

function hasUnsaved(): boolean {
  return vscode.workspace.textDocuments.some(({ isDirty, languageId }) => isDirty && languageId === "python");
}

/**
 * Reasons to wait for another time: nothing or everything has changed, another window refreshes it, or the adapter is for other folders.
 */
const usual: ReadonlySet<UserErrorCode> = new Set([
  "nothing-changed",
  "data-too-small",
  "training-busy",
  "data-foreign",
]);

function isUsual(error: unknown): boolean {
  return error instanceof UserError && usual.has(error.code);
}
