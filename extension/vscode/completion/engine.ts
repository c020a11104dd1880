/**
 * The completion engine as this window uses it: the base of the settings with the workspace's active adapter.
 *
 * Keeps the two in step, and tells about crashes. Processes, restarts and the state are the client's.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { Completion } from "../../core/completion/completer.ts";
import type { CompletionRequest } from "../../core/completion/completionRequest.ts";
import { createCompletionClient } from "../../engine/client.ts";
import type { Crash } from "../../engine/engineLives.ts";
import type { EngineState } from "../../engine/engineState.ts";
import type { Selection } from "../../engine/protocol.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Configuration } from "../configuration.ts";
import type { Messages } from "../messages.ts";

export interface Engine {
  readonly pid: number | undefined;
  /** Undefined where there is none: the request was cancelled, or failed, which has been told. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined>;
  /** The base that was chosen here, or the one that stands in for it until it is imported. */
  readonly base: string;
  readonly state: EngineState;
  readonly onDidChangeState: vscode.Event<EngineState>;
  /** Loads base and adapter; resolves when completion can begin. */
  start(): Promise<void>;
  restart(): Promise<void>;
}

export interface EngineOptions {
  entry: string;
  places: BasePlaces;
  configuration: Configuration;
  library: AdapterLibrary;
  messages: Messages;
  log: vscode.LogOutputChannel;
}

export function openEngine(options: EngineOptions, subscriptions: vscode.Disposable[]): Engine {
  const { entry, places, configuration, library, messages, log } = options;
  const changed = new vscode.EventEmitter<EngineState>();
  const crashes = crashTeller(options, () => restart());
  const client = createCompletionClient({
    entry,
    log,
    onCrash: crashes.tell,
    onState(state) {
      if (state.phase === "ready") {
        const { base, milliseconds } = state.selected;
        const adapter = library.active ?? "none";
        log.info(`Base ${base} with adapter ${adapter}: ready in ${Math.round(milliseconds)} ms`);
        messages.forget();
        crashes.forget();
      }
      if (state.phase === "failed") tellFailure(state.error);
      changed.fire(state);
    },
  });

  const selection = (): Selection => ({
    ...places,
    base: configuration.get("base"),
    adapters: library.active === undefined ? [] : [{ folder: join(library.folder, library.active), scale: 1 }],
  });

  /** A crash is told as such, once, and not again for each request that it took along. */
  const tellFailure = (error: unknown): void => {
    if (isCancelled(error) || (error instanceof UserError && error.code === "engine-stopped")) return;
    messages.tellOnce(error);
  };

  /** How it ends is in the state, and told where it fails. */
  const settled = async (selecting: Promise<unknown>): Promise<void> => {
    await selecting.catch((error: unknown) => log.debug(`Not selected: ${String(error)}`));
  };
  const start = (): Promise<void> => settled(client.select(selection()));
  const restart = (): Promise<void> => {
    messages.forget();
    return settled(client.restart(selection()));
  };

  subscriptions.push(
    changed,
    { dispose: () => client.dispose() },
    library.onDidChangeActive(start),
    configuration.onDidChange((keys) => {
      if (keys.includes("base")) void start();
    }),
  );

  return {
    get pid() {
      return client.pid;
    },
    get base() {
      const { state } = client;
      const standsIn = state.phase === "ready" && state.selected.notImported !== undefined;
      return standsIn ? state.selected.base : configuration.get("base");
    },
    get state() {
      return client.state;
    },
    onDidChangeState: changed.event,
    async complete(request, signal) {
      if (client.state.phase === "asleep") void start();
      try {
        return await client.complete(request, signal);
      } catch (error) {
        tellFailure(error);
        return undefined;
      }
    },
    start,
    restart,
  };
}

/** Tells about crashes: a row of them is one piece of news, until the engine stays off. */
function crashTeller(
  { messages, log }: Pick<EngineOptions, "messages" | "log">,
  restart: () => Promise<void>,
): { tell: (crash: Crash) => void; forget: () => void } {
  let isTold = false;
  return {
    tell({ reason, restarts }) {
      log.warn(`completion engine ended: ${reason}; ${restarts ? "restarting" : "not restarted"}`);
      if (!restarts) {
        const text = vscode.l10n.t("Graft's engine ended unexpectedly again ({0}) and stays off for now.", reason);
        return messages.tell("warning", text, [{ title: vscode.l10n.t("Restart Engine"), run: restart }]);
      }
      if (!isTold) {
        messages.tell(
          "warning",
          vscode.l10n.t("Graft's engine ended unexpectedly ({0}) and was started again.", reason),
        );
      }
      isTold = true;
    },
    forget() {
      isTold = false;
    },
  };
}
