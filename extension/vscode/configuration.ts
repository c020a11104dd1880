/** The settings, checked: a value of another type or out of range is the default, and the log says so once. */

import * as vscode from "vscode";
import * as z from "zod/mini";
import type { Log } from "../core/foundation/log.ts";

const schemas = {
  enable: z.boolean(),
  base: z.string(),
  "completion.debounce": z.int().check(z.gte(0), z.lte(2000)),
  "completion.maxTokens": z.int().check(z.gte(1), z.lte(512)),
  "completion.multiline": z.enum(["auto", "never"]),
};

type Schemas = typeof schemas;
type Key = keyof Schemas;

export interface Configuration {
  get<K extends Key>(key: K): z.infer<Schemas[K]>;
  /** Fires with the keys that changed. */
  readonly onDidChange: vscode.Event<readonly Key[]>;
  /** Switches completions on or off, for the user and not for the workspace. */
  toggleEnabled(): Promise<void>;
  /** Sets the base, empty for the one that ships with Graft: of the folder, if it has its own, else of the user. */
  useBase(name: string): Promise<void>;
}

export function readConfiguration(log: Log, subscriptions: vscode.Disposable[]): Configuration {
  const changed = new vscode.EventEmitter<readonly Key[]>();
  const told = new Set<string>();
  subscriptions.push(
    changed,
    vscode.workspace.onDidChangeConfiguration((event) => {
      const keys = (Object.keys(schemas) as Key[]).filter((key) => event.affectsConfiguration(`graft.${key}`));
      if (keys.length > 0) changed.fire(keys);
    }),
  );

  function get<K extends Key>(key: K): z.infer<Schemas[K]> {
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
      await vscode.workspace
        .getConfiguration("graft")
        .update("enable", !get("enable"), vscode.ConfigurationTarget.Global);
    },
    async useBase(name) {
      const settings = vscode.workspace.getConfiguration("graft");
      const isFolders = settings.inspect("base")?.workspaceValue !== undefined;
      if (isFolders) await settings.update("base", name, vscode.ConfigurationTarget.Workspace);
      else await settings.update("base", name || undefined, vscode.ConfigurationTarget.Global);
    },
  };
}
