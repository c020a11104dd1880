/**
 * The adapters of this machine: PEFT folders in the extension's own storage, and the adapter that is active here, also after another
 * window has renamed it.
 *
 * Knows names and folders. The engine reads the adapters, and checks whether one fits a base.
 */

import { readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { isPortableName } from "../../core/foundation/platform.ts";
import { isAdapterName } from "../../core/adapters/library/keptAdapters.ts";
import { readRenames, renamesFile, type Rename } from "../../core/adapters/library/renames.ts";
import { workFolderOf } from "../../core/training/output/outputFolder.ts";
import { runFile } from "../../core/training/run/trainingRun.ts";
import { rememberedAdapter } from "./rememberedAdapter.ts";

export interface AdapterLibrary {
  /** The folder that holds one folder per adapter. */
  readonly folder: string;
  /** Name of the adapter that this workspace uses; undefined for the base alone. */
  readonly active: string | undefined;
  activate(name: string | undefined): Promise<void>;
  readonly onDidChangeActive: vscode.Event<string | undefined>;
  names(): Promise<string[]>;
  /** Fires when an adapter was added or removed. */
  readonly onDidChangeNames: vscode.Event<void>;
  /** Fires when one was renamed, in this window or in another. */
  readonly onDidRename: vscode.Event<Rename>;
  /** Tells that adapters were added, removed or renamed: a watcher would notice it later. */
  refresh(): void;
  /** Why a new adapter cannot have this name; undefined if it can. */
  nameProblem(name: string): string | undefined;
}

/** Written last, so a folder that contains it is a complete adapter. */
const marker = "adapter_config.json";

export function openAdapterLibrary(context: vscode.ExtensionContext): AdapterLibrary {
  const folder = join(context.globalStorageUri.fsPath, "adapters");
  const exists = (name: string): boolean => existsSync(join(folder, name, marker));
  const isBegun = (name: string): boolean => existsSync(join(workFolderOf(join(folder, name)), runFile));
  const remembered = rememberedAdapter(context.workspaceState, exists);
  const activeChanged = new vscode.EventEmitter<string | undefined>();
  const namesChanged = new vscode.EventEmitter<void>();
  const renamed = new vscode.EventEmitter<Rename>();
  const watch = (pattern: string): vscode.FileSystemWatcher =>
    vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), pattern));
  // When a folder is deleted, VS Code reports the folder, and none of its files.
  const watcher = watch(`{*,*/${marker}}`);
  const renamesWatcher = watch(renamesFile);

  const active = (): string | undefined => {
    const { name } = remembered;
    return name !== undefined && exists(name) ? name : undefined;
  };
  let renames = readRenames(folder);
  remembered.follow(renames);
  let last = active();
  const announce = (): void => {
    if (active() === last) return;
    last = active();
    activeChanged.fire(last);
  };
  const changed = (): void => {
    const known = renames.length;
    renames = readRenames(folder);
    remembered.follow(renames);
    for (const rename of renames.slice(known)) renamed.fire(rename);
    namesChanged.fire();
    announce();
  };
  context.subscriptions.push(
    activeChanged,
    namesChanged,
    renamed,
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
    renamesWatcher,
    renamesWatcher.onDidChange(changed),
  );

  return {
    folder,
    get active() {
      return active();
    },
    async activate(name) {
      await remembered.remember(name);
      // Watchers are slow to see new folders, and may miss one that was renamed into place.
      changed();
    },
    refresh: changed,
    onDidRename: renamed.event,
    onDidChangeActive: activeChanged.event,
    onDidChangeNames: namesChanged.event,
    async names() {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isDirectory() && isAdapterName(entry.name) && exists(entry.name))
        .map(({ name }) => name);
    },
    nameProblem(name) {
      const form = formProblem(name);
      if (form !== undefined) return form;
      if (exists(name)) return vscode.l10n.t('An adapter named "{0}" exists already.', name);
      if (isBegun(name)) return vscode.l10n.t('An unfinished training is named "{0}". Resume or discard it.', name);
      return undefined;
    },
  };
}

/** What is wrong with a name by itself. */
function formProblem(name: string): string | undefined {
  if (name === "") return vscode.l10n.t("Give the adapter a name.");
  if (!/^[\w][\w.-]{0,63}$/.test(name)) {
    return vscode.l10n.t(
      "Use up to 64 letters from a to z, digits, dots, dashes and underscores, but no blanks, and begin with a letter, digit or underscore.",
    );
  }
  if (isPortableName(name)) return undefined;
  return vscode.l10n.t("Windows keeps this name for itself: end with no dot, and use no name such as CON or NUL.");
}
