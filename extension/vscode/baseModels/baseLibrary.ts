/**
 * The bases as this window knows them: which there are, which is in use, and the one import that may be under way.
 *
 * Shows no list: the bases panel and "Add base model" look at its state. Importing is done by a process of its own.
 */

import * as vscode from "vscode";
import { isCancelled } from "../../core/foundation/errors.ts";
import { recommended, tokensPerSecond, type MachineSpeed } from "../../core/baseModels/decodeEstimate.ts";
import { removeBase } from "../../core/baseModels/removeBase.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { OfferedModel } from "../../core/baseModels/surveyBases.ts";
import type { ImportProgress } from "../../core/baseModels/import/importSource.ts";
import { basesRequest, importWork } from "../../engine/protocol.ts";
import { workApart } from "../../engine/workApart.ts";
import type { BasesState, ImportState, OfferedBaseCard } from "../../../webview/protocol/baseModels.ts";
import type { Configuration } from "../configuration.ts";
import type { Engine } from "../completion/engine.ts";
import { readHubSettings } from "./hubSettings.ts";
import type { MachineSpeedSource } from "./machineSpeed.ts";
import { explain, type Messages } from "../messages.ts";

export interface BaseLibrary {
  readonly state: BasesState;
  readonly onDidChange: vscode.Event<BasesState>;
  /** Fires with what ended an import, which is in the state, too. */
  readonly onDidFail: vscode.Event<unknown>;
  /** Looks again at what there is. */
  refresh(): Promise<void>;
  /**
   * Imports a folder or a model of the hub. Resolves at its end, however it ends; a failure is in the state. A folder that the
   * settings name is in use then.
   */
  add(source: string): Promise<void>;
  cancel(): void;
  /** Forgets how the last import failed. */
  dismiss(): void;
  /** Completes with it from now on. */
  use(name: string): Promise<void>;
  /** Asks first. */
  remove(name: string): Promise<void>;
}

export interface BaseLibraryOptions {
  /** The engine's bundle. */
  entry: string;
  places: BasePlaces;
  engine: Engine;
  configuration: Configuration;
  messages: Messages;
  secrets: vscode.SecretStorage;
  speed: MachineSpeedSource;
  log: vscode.LogOutputChannel;
}

export function openBaseLibrary(options: BaseLibraryOptions, subscriptions: vscode.Disposable[]): BaseLibrary {
  const { entry, places, engine, configuration, messages, secrets, speed, log } = options;
  const changed = new vscode.EventEmitter<BasesState>();
  const failed = new vscode.EventEmitter<unknown>();
  let state: BasesState = {
    survey: undefined,
    problem: undefined,
    inUse: undefined,
    importing: undefined,
    notImported: undefined,
  };
  let controller: AbortController | undefined;
  const become = (part: Partial<BasesState>): void => {
    state = { ...state, ...part };
    changed.fire(state);
  };
  const refresh = async (): Promise<void> => {
    try {
      const survey = await engine.ask(basesRequest, places);
      become({ survey, problem: undefined });
      void speed.measured().then((machine) => {
        if (!machine || state.survey !== survey) return;
        become({ survey: { ...survey, offered: withSpeed(survey.offered, machine) } });
      });
    } catch (error) {
      become({ problem: explain(error) });
    }
  };

  const add = async (source: string): Promise<void> => {
    if (controller) {
      messages.tell("info", vscode.l10n.t("Another base is being imported. Wait for its end."));
      return;
    }
    const { signal } = (controller = new AbortController());
    let running: Extract<ImportState, { phase: "running" }> = { phase: "running", source, cancelling: false };
    become({ importing: running });
    try {
      const hub = await readHubSettings(secrets);
      const imported = await showingProgress(source, cancel, (report) =>
        workApart(
          importWork,
          { source, home: places.home, bits: 4, hub },
          { entry, log },
          {
            signal,
            onProgress: (progress) => {
              running = { ...running, cancelling: signal.aborted, progress };
              become({ importing: running });
              report(progress);
            },
          },
        ),
      );
      become({ importing: undefined });
      for (const warning of imported.warnings) messages.tell("warning", warning);
      await refresh();
      if (source === state.notImported) return await engine.start();
      const offer = { title: vscode.l10n.t("Use It"), run: () => use(imported.name) };
      messages.tell("info", vscode.l10n.t('The base "{0}" is installed.', imported.name), [offer]);
    } catch (error) {
      if (isCancelled(error)) return become({ importing: undefined });
      become({ importing: { phase: "failed", source, ...explain(error) } });
      failed.fire(error);
    } finally {
      controller = undefined;
    }
  };

  const cancel = (): void => {
    if (state.importing?.phase !== "running") return;
    controller?.abort();
    become({ importing: { ...state.importing, cancelling: true } });
  };

  const use = async (name: string): Promise<void> => {
    const isEmbedded = state.survey?.installed.find((base) => base.name === name)?.embedded ?? false;
    const value = isEmbedded ? "" : name;
    if ((await configuration.useBase(value)) === "everywhere") return;
    const everywhere = {
      title: vscode.l10n.t("Use in All Workspaces"),
      run: () => configuration.useBaseEverywhere(value),
    };
    messages.tell("info", vscode.l10n.t('This workspace completes with "{0}" from now on.', name), [everywhere]);
  };

  const remove = async (name: string): Promise<void> => {
    const title = vscode.l10n.t('Remove the base "{0}"?', name);
    const detail = vscode.l10n.t(
      "Its files are deleted. Adapters that were trained on it stay, and need it to be used.",
    );
    const yes = vscode.l10n.t("Remove");
    if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) !== yes) return;
    try {
      await configuration.forgetBase(name);
      // Another takes over first: no open file is deleted.
      if (state.inUse === name) await engine.start();
      await removeBase(name, places.home);
    } catch (error) {
      messages.tellError(error);
    }
    await refresh();
  };

  const onEngine = (): void => {
    if (engine.state.phase !== "ready") return;
    const { base, notImported } = engine.state.selected;
    become({ inUse: base, notImported });
  };
  onEngine();
  subscriptions.push(changed, failed, engine.onDidChangeState(onEngine), { dispose: () => controller?.abort() });

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    onDidFail: failed.event,
    refresh,
    add,
    cancel,
    dismiss() {
      if (state.importing?.phase === "failed") become({ importing: undefined });
    },
    use,
    remove,
  };
}

function withSpeed(offered: readonly OfferedModel[], machine: MachineSpeed): OfferedBaseCard[] {
  const best = recommended(offered, machine);
  return offered.map((model) => ({
    ...model,
    ...(model.step && { tokensPerSecond: tokensPerSecond(model.step, machine) }),
    ...(model === best && { recommended: true as const }),
  }));
}

/** The editor's own progress, for whoever does not look at the view. */
async function showingProgress<T>(
  source: string,
  cancel: () => void,
  work: (report: (progress: ImportProgress) => void) => Promise<T>,
): Promise<T> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("Importing {0}", source),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(cancel);
    return work(({ stage, done, total }) => {
      const percent = Math.floor((100 * done) / total);
      const message =
        stage === "download"
          ? vscode.l10n.t("downloading, {0} %", percent)
          : vscode.l10n.t("converting, {0} %", percent);
      progress.report({ message });
    });
  });
}
