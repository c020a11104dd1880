/**
 * The completion engine of this window: the base of the settings with the workspace's active adapters.
 *
 * Keeps the two in step, and reports crashes. The client owns processes, restarts and the state.
 */

import * as vscode from "vscode";
import { inLibrary, nameOf } from "../../core/adapters/chosenAdapters.ts";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import { english } from "../../core/foundation/words/said.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { Completion } from "../../core/completion/result/completion.ts";
import type { ShownPrompt } from "../../core/completion/context/shownPrompt.ts";
import type { CompletionRequest } from "../../core/completion/completionRequest.ts";
import { deviceNames } from "../../core/runtime/device.ts";
import { createCompletionClient, type CompletionClient } from "../../engine/client.ts";
import type { Crash } from "../../engine/engineLives.ts";
import type { EngineState } from "../../engine/engineState.ts";
import type { DeviceFallback, Selection } from "../../engine/protocol/completion.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Configuration } from "../configuration.ts";
import type { Action, Messages } from "../messages.ts";
import { translated } from "../translated.ts";

export interface Engine {
  readonly pid: number | undefined;
  /** Undefined if the request was cancelled or failed; a failure has been shown. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined>;
  /** Reads the prompt of a request that may follow, if a base is ready. Failures show with the request itself. */
  prepare(request: CompletionRequest, signal: AbortSignal): Promise<void>;
  /** Returns what the model read for the last completion; null if there was none. */
  explain(request: CompletionRequest): Promise<ShownPrompt | null>;
  /** The base that was chosen here, or the one that replaces it until it is imported. */
  readonly base: string;
  readonly state: EngineState;
  readonly onDidChangeState: vscode.Event<EngineState>;
  /** Fires when a completion is requested, and when its request ends. */
  readonly onDidAsk: vscode.Event<void>;
  /** Loads base and adapter; resolves when completions can begin. */
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
  const [changed, asked] = [new vscode.EventEmitter<EngineState>(), new vscode.EventEmitter<void>()];
  const crashes = crashTeller(options, () => restart());
  const client = createCompletionClient({
    entry,
    log,
    onCrash: crashes.tell,
    onDeviceFailure: ({ device, next, reason }) => messages.tell("warning", fallbackText({ device, next, reason })),
    onState(state) {
      if (state.phase === "ready") {
        const { base, device, milliseconds } = state.selected;
        const adapter = nameOf(library.active) || "none";
        const where = deviceNames[device];
        log.info(`Base ${base} with adapter ${adapter} on the ${where}: ready in ${Math.round(milliseconds)} ms`);
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
    device: configuration.get("device"),
    adapters: inLibrary(library.active, library.folder),
  });

  /** A crash has its own message, shown once, so the requests that it ended show none. */
  const tellFailure = (error: unknown): void => {
    if (isCancelled(error) || (error instanceof UserError && error.code === "engine-stopped")) return;
    messages.tellOnce(error, waysOut(error));
  };

  /** The state holds the result; the state's listener shows a failure. */
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
    asked,
    { dispose: () => client.dispose() },
    library.onDidChangeActive(() => {
      messages.forget(); // A problem with other adapters is new to the user.
      void start();
    }),
    library.onDidChangeWeights(() => void start()),
    configuration.onDidChange((keys) => {
      if (keys.includes("device")) void restart(); // The libraries that a process has loaded belong to one device.
      else if (keys.includes("base")) void start();
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
    onDidAsk: asked.event,
    ...requestsTo(client, { start, tellFailure, log, onAsk: () => asked.fire() }),
    start,
    restart,
  };
}

/** Sends requests. Shows failures to the user, or only logs them if the user does not wait for the answer. */
function requestsTo(
  client: CompletionClient,
  {
    start,
    tellFailure,
    log,
    onAsk,
  }: Pick<Engine, "start"> & Pick<EngineOptions, "log"> & { tellFailure: (error: unknown) => void; onAsk: () => void },
): Pick<Engine, "complete" | "prepare" | "explain"> {
  return {
    async complete(request, signal) {
      onAsk();
      if (client.state.phase === "asleep") void start();
      try {
        return await client.complete(request, signal);
      } catch (error) {
        tellFailure(error);
        return undefined;
      } finally {
        onAsk();
      }
    },
    prepare: (request, signal) => prepare(client, request, signal, log),
    explain: (request) => client.explain(request),
  };
}

async function prepare(
  client: Pick<CompletionClient, "prepare">,
  request: CompletionRequest,
  signal: AbortSignal,
  log: EngineOptions["log"],
): Promise<void> {
  try {
    const prepared = await client.prepare(request, signal);
    if (prepared) log.debug(`Prepared ${prepared.tokens} tokens in ${Math.round(prepared.milliseconds)} ms`);
  } catch (error) {
    if (!isCancelled(error)) log.debug(`Not prepared: ${String(error)}`);
  }
}

/** The device that failed, the reason, and the device that completes now. */
function fallbackText({ device, next, reason }: DeviceFallback): string {
  const [failed, going] = [deviceNames[device], deviceNames[next]];
  return vscode.l10n.t("{0} failed ({1}). Completions continue on the {2}.", failed, translated(reason), going);
}

/** Reports crashes: the first restart with one message, later ones only in the log, and another message once the engine stays off. */
function crashTeller(
  { messages, log }: Pick<EngineOptions, "messages" | "log">,
  restart: () => Promise<void>,
): { tell: (crash: Crash) => void; forget: () => void } {
  let isTold = false;
  return {
    tell({ reason, restarts, device }) {
      log.warn(`completion engine ended: ${english(reason)}; ${restarts ? "restarting" : "not restarted"}`);
      const why = translated(reason);
      if (restarts && device !== undefined) {
        return messages.tell("warning", fallbackText({ device, next: "cpu", reason }));
      }
      if (!restarts) {
        const text = vscode.l10n.t("Graft's engine ended unexpectedly again ({0}) and stays off for now.", why);
        return messages.tell("warning", text, [{ title: vscode.l10n.t("Restart Engine"), run: restart }]);
      }
      if (!isTold) {
        messages.tell("warning", vscode.l10n.t("Graft's engine ended unexpectedly ({0}) and was started again.", why));
      }
      isTold = true;
    },
    forget() {
      isTold = false;
    },
  };
}

/** Returns the actions for choosing another base or adapter. */
function waysOut(error: unknown): Action[] {
  const kind = error instanceof UserError ? error.code.split("-")[0] : "";
  const run = (command: string, ...args: string[]) => {
    return () => vscode.commands.executeCommand(command, ...args);
  };
  if (kind === "adapter") return [{ title: vscode.l10n.t("Select Adapter"), run: run("graft.selectAdapter") }];
  if (kind !== "base") return [];
  // The workspace's settings may name the base, and the user's settings do not show it.
  const set = vscode.workspace.getConfiguration("graft").inspect("base");
  const settings = set?.workspaceValue === undefined ? "openSettings" : "openWorkspaceSettings";
  return [
    { title: vscode.l10n.t("Show Base Models"), run: run("graft.showBases") },
    { title: vscode.l10n.t("Open Settings"), run: run(`workbench.action.${settings}`, "graft.base") },
  ];
}
