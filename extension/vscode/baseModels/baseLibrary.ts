/**
 * The bases as this window knows them: the list, the base in use, and the import that may run.
 *
 * Shows no list: the bases panel and "Add base model" watch its state. A separate process does the import.
 */

import * as vscode from "vscode";
import { recommended, tokensPerSecond, type MachineSpeed } from "../../core/baseModels/decodeEstimate.ts";
import { removeBase } from "../../core/baseModels/removeBase.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { OfferedModel } from "../../core/baseModels/surveyBases.ts";
import { basesRequest } from "../../engine/protocol/library.ts";
import { createBaseImport } from "./baseImport.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import type { BasesState, OfferedBaseCard } from "../../../webview/protocol/baseModels.ts";
import type { Configuration } from "../configuration.ts";
import type { Engine } from "../completion/engine.ts";
import type { MachineSpeedSource } from "./machineSpeed.ts";
import { explain, type Action, type Messages } from "../messages.ts";

export interface BaseLibrary {
  readonly state: BasesState;
  readonly onDidChange: vscode.Event<BasesState>;
  /** Fires with the failure of an import, which is also in the state. */
  readonly onDidFail: vscode.Event<unknown>;
  /** Reads the list again. */
  refresh(): Promise<void>;
  /**
   * Imports a folder or a model of the hub. Resolves at the end, whatever the result; a failure is in the state.
   * Afterwards a folder that the settings name is in use.
   */
  add(source: string): Promise<void>;
  cancel(): void;
  /** Clears the failure of the last import. */
  dismiss(): void;
  /** Uses the base for completions from now on. */
  use(name: string): Promise<void>;
  /** Asks for confirmation first. */
  remove(name: string): Promise<void>;
}

export interface BaseLibraryOptions {
  /** The engine's bundle. */
  entry: string;
  places: BasePlaces;
  engine: Engine;
  libraryProcess: LibraryProcess;
  configuration: Configuration;
  messages: Messages;
  secrets: vscode.SecretStorage;
  speed: MachineSpeedSource;
  log: vscode.LogOutputChannel;
}

const unknownBases: BasesState = {
  survey: undefined,
  problem: undefined,
  inUse: undefined,
  importing: undefined,
  notImported: undefined,
};

export function openBaseLibrary(options: BaseLibraryOptions, subscriptions: vscode.Disposable[]): BaseLibrary {
  const { places, engine, libraryProcess, configuration, messages, speed } = options;
  const changed = new vscode.EventEmitter<BasesState>();
  const failed = new vscode.EventEmitter<unknown>();
  let state = unknownBases;
  const become = (part: Partial<BasesState>): void => {
    state = { ...state, ...part };
    changed.fire(state);
  };
  const refresh = async (): Promise<void> => {
    // The engine reports the base in use once it is ready; the list does not wait for it.
    if (engine.state.phase === "asleep") void engine.start();
    try {
      const survey = await libraryProcess.ask(basesRequest, places);
      become({ survey, problem: undefined });
      void speed.measured().then((machine) => {
        if (!machine || state.survey !== survey) return;
        become({ survey: { ...survey, offered: withSpeed(survey.offered, machine) } });
      });
    } catch (error) {
      become({ problem: explain(error) });
    }
  };

  const importing = createBaseImport(options, {
    become: (now) => become({ importing: now }),
    onFailure: (error) => failed.fire(error),
    async onImported(source, name) {
      await refresh();
      if (source === state.notImported) return await engine.start();
      const offer = { title: vscode.l10n.t("Use It"), run: () => use(name) };
      messages.tell("info", vscode.l10n.t('The base "{0}" is installed.', name), [offer]);
    },
  });

  const use = async (name: string): Promise<void> => {
    const isEmbedded = state.survey?.installed.find((base) => base.name === name)?.embedded ?? false;
    const value = isEmbedded ? "" : name;
    if ((await configuration.useBase(value)) === "everywhere") return;
    const everywhere = useEverywhere(value, configuration);
    messages.tell("info", vscode.l10n.t('This workspace completes with "{0}" from now on.', name), [everywhere]);
  };

  const remove = async (name: string): Promise<void> => {
    if (!(await isRemovalMeant(name))) return;
    try {
      await configuration.forgetBase(name);
      // Another base takes over first, so that no open file is deleted.
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
  subscriptions.push(changed, failed, engine.onDidChangeState(onEngine), { dispose: () => importing.cancel() });

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    onDidFail: failed.event,
    refresh,
    add: (source) => importing.add(source),
    cancel: () => importing.cancel(),
    dismiss() {
      if (state.importing?.phase === "failed") become({ importing: undefined });
    },
    use,
    remove,
  };
}

function useEverywhere(name: string, configuration: Configuration): Action {
  return { title: vscode.l10n.t("Use in All Workspaces"), run: () => configuration.useBaseEverywhere(name) };
}

async function isRemovalMeant(name: string): Promise<boolean> {
  const title = vscode.l10n.t('Remove the base "{0}"?', name);
  const detail = vscode.l10n.t("Its files are deleted. Adapters that were trained on it stay, and need it to be used.");
  const yes = vscode.l10n.t("Remove");
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) === yes;
}

function withSpeed(offered: readonly OfferedModel[], machine: MachineSpeed): OfferedBaseCard[] {
  const best = recommended(offered, machine);
  return offered.map((model) => ({
    ...model,
    ...(model.step && { tokensPerSecond: tokensPerSecond(model.step, machine) }),
    ...(model === best && { recommended: true as const }),
  }));
}
