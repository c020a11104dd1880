/**
 * One refresh at a time: an adapter learns what has changed in the open folders, in a separate process. freshness.ts and the view of
 * adapters report the result.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../../core/foundation/errors.ts";
import { verbatim } from "../../../core/foundation/words/said.ts";
import type { RefreshOptions, RefreshResult } from "../../../core/training/refresh/refreshAdapter.ts";
import { refreshWork } from "../../../engine/protocol/training.ts";
import { workApart } from "../../../engine/workApart.ts";
import type { Engine } from "../../completion/engine.ts";
import { followPace, type PaceOptions } from "../pace/trainingPace.ts";
import type { Training } from "../training.ts";
import type { TrainingPlaces } from "../trainOptions.ts";
import { showRefreshing } from "./refreshProgress.ts";

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
   * @param isAsked shows the progress in a notification instead of the status bar; both can stop it
   * @throws UserErrors of the refresh; "training-busy" while this window trains; an AbortError once it is cancelled
   */
  run(name: string, isAsked: boolean): Promise<RefreshResult>;
  readonly cancel: () => void;
}

export function createRefreshing(options: RefreshingOptions, subscriptions: vscode.Disposable[]): Refreshing {
  const { training, engine, library, log } = options;
  const { t } = vscode.l10n;
  let running: AbortController | undefined;
  const cancel = (): void => running?.abort();
  subscriptions.push(
    // A training that the user starts takes priority; the refresh begins again another time.
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
        const result = await showRefreshing({ name, isAsked, stop: cancel }, (report) => {
          const request = requestOf(name, isAsked, options);
          return workApart(refreshWork, request, options, {
            signal,
            hold: pace,
            onProgress(news) {
              if ("waiting" in news) pace.arrived(news.waiting);
              report(news);
            },
          });
        });
        const { trial: _, learned: __, ...figures } = result;
        log.info(`Refreshed ${name}: ${JSON.stringify(figures)}`);
        if (result.kept) {
          // Lists of adapters say when one was refreshed.
          library.refresh();
          await engine.start();
        }
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

function busy(message: string): UserError {
  return new UserError("training-busy", verbatim(message), verbatim(vscode.l10n.t("Wait until it ends.")));
}
