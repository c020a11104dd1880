/**
 * The completion engine as this window uses it: the base of the settings with the workspace's active adapter.
 *
 * Keeps the two in step, and tells about crashes. Processes and restarts are the client's.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { Completion, CompletionRequest } from "../../core/completion/completer.ts";
import { createCompletionClient, type CompletionClient } from "../../engine/client.ts";
import type { Selected, Selection } from "../../engine/protocol.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Configuration } from "../configuration.ts";
import type { Messages } from "../messages.ts";

export type EngineState =
  | { phase: "asleep" }
  | { phase: "loading" }
  | { phase: "ready"; selected: Selected }
  | { phase: "failed"; error: unknown };

export interface Engine extends Pick<CompletionClient, "ask"> {
  readonly pid: number | undefined;
  /** Undefined where there is none: the request was cancelled, or failed, which has been told. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined>;
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

const restartHint = vscode.l10n.t('Run "Graft: Restart engine", or look into the log for the reason.');

export function openEngine(options: EngineOptions, subscriptions: vscode.Disposable[]): Engine {
  const { entry, places, configuration, library, messages, log } = options;
  const changed = new vscode.EventEmitter<EngineState>();
  let state: EngineState = { phase: "asleep" };
  const become = (next: EngineState): void => {
    state = next;
    changed.fire(next);
  };

  const client = createCompletionClient({
    entry,
    log,
    onCrash({ reason, restarts }) {
      log.warn(`completion engine ended: ${reason}; ${restarts ? "restarting" : "not restarted"}`);
      if (restarts) {
        messages.tell(
          "warning",
          vscode.l10n.t("Graft's engine ended unexpectedly ({0}) and was started again.", reason),
        );
        return;
      }
      const text = vscode.l10n.t("Graft's engine ended unexpectedly again ({0}) and stays off for now.", reason);
      messages.tell("warning", text, [{ title: vscode.l10n.t("Restart Engine"), run: restart }]);
      become({ phase: "failed", error: new UserError("engine-stopped", text, restartHint) });
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

  /** Follows one selection to its end; a later one overtakes it. */
  let latest: Promise<Selected> | undefined;
  const follow = async (selecting: Promise<Selected>): Promise<void> => {
    latest = selecting;
    become({ phase: "loading" });
    try {
      const selected = await selecting;
      if (latest !== selecting) return;
      const adapter = library.active ?? "none";
      log.info(`Base ${selected.base} with adapter ${adapter}: ready in ${Math.round(selected.milliseconds)} ms`);
      messages.forget();
      become({ phase: "ready", selected });
    } catch (error) {
      if (latest !== selecting) return;
      become({ phase: "failed", error });
      tellFailure(error);
    }
  };
  const start = (): Promise<void> => follow(client.select(selection()));
  const restart = (): Promise<void> => {
    messages.forget();
    return follow(client.restart(selection()));
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
    get state() {
      return state;
    },
    onDidChangeState: changed.event,
    async complete(request, signal) {
      if (state.phase === "asleep") void start();
      try {
        return await client.complete(request, signal);
      } catch (error) {
        tellFailure(error);
        return undefined;
      }
    },
    async ask(request, question) {
      if (state.phase === "asleep") await start();
      return client.ask(request, question);
    },
    start,
    restart,
  };
}
