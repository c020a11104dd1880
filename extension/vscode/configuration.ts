/**
 * The settings, checked: a value of a wrong type or out of range becomes the default, and the log reports it once.
 *
 * A base that was chosen in a list is not a setting: it belongs to the workspace, like the active adapter, and is
 * stored with it.
 */

import * as vscode from "vscode";
import * as z from "zod/mini";
import type { Log } from "../core/foundation/log.ts";
import { deviceChoices } from "../core/runtime/device.ts";
import { paces } from "../core/foundation/waiting/pacer.ts";

const schemas = {
  enable: z.boolean(),
  base: z.string(),
  device: z.enum(deviceChoices),
  "completion.debounce": z.int().check(z.gte(0), z.lte(2000)),
  "completion.maxTokens": z.int().check(z.gte(1), z.lte(512)),
  "completion.multiline": z.enum(["auto", "never"]),
  "completion.comments": z.boolean(),
  "completion.strings": z.boolean(),
  "completion.midLine": z.boolean(),
  "completion.exclude": z.array(z.string()),
  "training.pace": z.enum(paces),
  "training.keepFresh": z.boolean(),
  "statistics.enable": z.boolean(),
  "repository.enable": z.boolean(),
};

type Schemas = typeof schemas;
type Key = keyof Schemas;

export interface Configuration {
  get<K extends Key>(key: K): z.infer<Schemas[K]>;
  /** Fires with the keys that changed. */
  readonly onDidChange: vscode.Event<readonly Key[]>;
  /** Switches completions on or off where the setting is: in the workspace if that has it, else for the user. */
  toggleEnabled(): Promise<void>;
  /** Switches counting on or off for the user, and for the workspace if its settings decide. */
  turnStatistics(on: boolean): Promise<void>;
  /**
   * Uses a base for completions from now on; empty for the one that ships with Graft. Applies to the open workspace
   * only: in its settings, if they name a base. Returns the place of the choice.
   */
  useBase(name: string): Promise<BaseScope>;
  /** The same for all workspaces that have not chosen another base. */
  useBaseEverywhere(name: string): Promise<void>;
  /**
   * Chooses another base wherever this one is chosen, as far as this window can see, because it is about to be
   * removed.
   */
  forgetBase(name: string): Promise<void>;
}

export type BaseScope = "workspace" | "everywhere";

/** The base that was chosen for this workspace. */
const chosenBaseKey = "graft.base";

export function readConfiguration(log: Log, state: vscode.Memento, subscriptions: vscode.Disposable[]): Configuration {
  const changed = new vscode.EventEmitter<readonly Key[]>();
  const told = new Set<string>();
  subscriptions.push(
    changed,
    vscode.workspace.onDidChangeConfiguration((event) => {
      const keys = (Object.keys(schemas) as Key[]).filter((key) => event.affectsConfiguration(`graft.${key}`));
      if (keys.includes("base") && isOfThisWindow()) void state.update(chosenBaseKey, undefined);
      if (keys.length > 0) changed.fire(keys);
    }),
  );

  /** The latest choice wins: a setting that was changed here overrides an earlier choice here. */
  const workspaceBase = (): unknown => vscode.workspace.getConfiguration("graft").inspect("base")?.workspaceValue;
  let knownWorkspaceBase = workspaceBase();
  const isOfThisWindow = (): boolean => {
    const before = knownWorkspaceBase;
    knownWorkspaceBase = workspaceBase();
    return before !== knownWorkspaceBase || vscode.window.state.focused;
  };

  function get<K extends Key>(key: K): z.infer<Schemas[K]> {
    const chosen = key === "base" ? state.get<unknown>(chosenBaseKey) : undefined;
    if (typeof chosen === "string") return chosen as z.infer<Schemas[K]>;
    const settings = vscode.workspace.getConfiguration("graft");
    const value = settings.get<unknown>(key);
    const parsed = schemas[key].safeParse(value);
    if (parsed.success) return parsed.data as z.infer<Schemas[K]>;
    const fallback = settings.inspect(key)?.defaultValue;
    const message = `Setting graft.${key} is ${JSON.stringify(value)}, which is not valid: using ${JSON.stringify(fallback)}.`;
    if (!told.has(message)) log.warn(message);
    told.add(message);
    return fallback as z.infer<Schemas[K]>;
  }

  return {
    get,
    onDidChange: changed.event,
    async toggleEnabled() {
      const settings = vscode.workspace.getConfiguration("graft");
      const { Workspace, Global } = vscode.ConfigurationTarget;
      const target = settings.inspect("enable")?.workspaceValue === undefined ? Global : Workspace;
      await settings.update("enable", !get("enable"), target);
    },
    async turnStatistics(on) {
      await vscode.workspace
        .getConfiguration("graft")
        .update("statistics.enable", on, vscode.ConfigurationTarget.Global);
    },
    async useBase(name) {
      const settings = vscode.workspace.getConfiguration("graft");
      if (settings.inspect("base")?.workspaceValue !== undefined) {
        await state.update(chosenBaseKey, undefined);
        await settings.update("base", name, vscode.ConfigurationTarget.Workspace);
      } else if (vscode.workspace.workspaceFolders) {
        await state.update(chosenBaseKey, name);
        changed.fire(["base"]);
      } else {
        await this.useBaseEverywhere(name);
        return "everywhere";
      }
      return "workspace";
    },
    async useBaseEverywhere(name) {
      await state.update(chosenBaseKey, undefined);
      const settings = vscode.workspace.getConfiguration("graft");
      const value = name || undefined;
      if (settings.inspect("base")?.globalValue === value) changed.fire(["base"]);
      else await settings.update("base", value, vscode.ConfigurationTarget.Global);
    },
    async forgetBase(name) {
      if (state.get(chosenBaseKey) === name) await state.update(chosenBaseKey, undefined);
      const settings = vscode.workspace.getConfiguration("graft");
      const { workspaceValue, globalValue } = settings.inspect("base") ?? {};
      if (globalValue === name) await settings.update("base", undefined, vscode.ConfigurationTarget.Global);
      if (workspaceValue === name) await settings.update("base", "", vscode.ConfigurationTarget.Workspace);
    },
  };
}
