/**
 * One refresh at a time: an adapter learns what has changed in the open folders, in its own process. It shows its progress; what came of
 * it, freshness.ts and the view of adapters tell.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../../core/foundation/errors.ts";
import { verbatim } from "../../../core/foundation/words/said.ts";
import type { RefreshOptions, RefreshResult } from "../../../core/training/refresh/refreshAdapter.ts";
import { refreshWork, type TrainingNews } from "../../../engine/protocol/training.ts";
import { workApart } from "../../../engine/workApart.ts";
import type { Engine } from "../../completion/engine.ts";
import { followPace, type PaceOptions } from "../pace/trainingPace.ts";
import type { Training } from "../training.ts";
import type { TrainingPlaces } from "../trainOptions.ts";

export interface RefreshingOptions extends Omit<TrainingPlaces, "engine">, PaceOptions {
  configuration: TrainingPlaces["configuration"] & PaceOptions["configuration"];
  engine: Pick<Engine, "base" | "start">;
  training: Pick<Training, "state" | "onDidChange">;
  /** The engine's bundle. */
  entry: string;
  log: vscode.LogOutputChannel;
}

export interface Refreshing {
  readonly isRunning: boolean;
  /**
   * @param isAsked shows the progress in a notification that can be cancelled, instead of the status bar
   * @throws UserErrors of the refresh; "training-busy" beside a training of this window; an AbortError once it is cancelled
   */
  run(name: string, isAsked: boolean): Promise<RefreshResult>;
  readonly cancel: () => void;
}

export function createRefreshing(options: RefreshingOptions, subscriptions: vscode.Disposable[]): Refreshing {
  const { training, engine, log } = options;
  const { t } = vscode.l10n;
  let running: AbortController | undefined;
  const cancel = (): void => running?.abort();
  subscriptions.push(
    // What the user starts comes first; the refresh begins again another time.
    training.onDidChange(({ phase }) => (phase === "running" ? cancel() : undefined)),
    { dispose: cancel },
  );
  return {
    cancel,
    get isRunning() {
      return running !== undefined;
    },
    async run(name, isAsked) {
      if (running) throw busy(t('Cannot refresh "{0}" now: another refresh runs in this window.', name));
      if (training.state.phase === "running")
        throw busy(t('Cannot refresh "{0}" now: a training runs in this window.', name));
      const { signal } = (running = new AbortController());
      const pace = followPace(options);
      if (isAsked) pace.ignoreBattery();
      try {
        const result = await vscode.window.withProgress(shown(name, isAsked), (progress, token) => {
          token.onCancellationRequested(cancel);
          const onProgress = (news: TrainingNews): void => {
            if ("waiting" in news) pace.arrived(news.waiting);
            report(news, progress);
          };
          const request = requestOf(name, isAsked, options);
          return workApart(refreshWork, request, options, { signal, hold: pace, onProgress });
        });
        const { trial: _, ...figures } = result;
        log.info(`Refreshed ${name}: ${JSON.stringify(figures)}`);
        if (result.kept) await engine.start();
        return result;
      } finally {
        pace.dispose();
        running = undefined;
      }
    },
  };
}

function requestOf(
  name: string,
  isAsked: boolean,
  { places, engine, configuration, library, sources }: RefreshingOptions,
): RefreshOptions {
  return {
    ...places,
    adapter: join(library.folder, name),
    base: engine.base,
    data: sources.folders(),
    device: configuration.get("device"),
    ownFoldersOnly: true,
    byItself: !isAsked,
  };
}

function shown(name: string, isAsked: boolean): vscode.ProgressOptions {
  const title = vscode.l10n.t('Refreshing the adapter "{0}"', name);
  const { Notification, Window } = vscode.ProgressLocation;
  return isAsked ? { location: Notification, title, cancellable: true } : { location: Window, title };
}

function report(news: TrainingNews, progress: vscode.Progress<{ message: string; increment?: number }>): void {
  const { t } = vscode.l10n;
  if ("waiting" in news && news.waiting) progress.report({ message: t("waits for you") });
  if ("training" in news) {
    const { step, steps } = news.training;
    progress.report({ message: t("step {0} of {1}", step, steps) });
  } else if ("trial" in news) {
    const { done, of } = news.trial;
    progress.report({ message: t("checking that nothing gets worse: {0} of {1}", done, of) });
  }
}

function busy(message: string): UserError {
  return new UserError("training-busy", verbatim(message), verbatim(vscode.l10n.t("Wait until it ends.")));
}
