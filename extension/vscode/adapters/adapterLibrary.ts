/**
 * The adapters of this machine: PEFT folders in the extension's own storage, and those that are active here, each with its scale. Follows
 * renames by other windows.
 *
 * Knows names and folders. The engine reads the adapters, and checks whether one fits a base.
 */

import { readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { has, type ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import { isPortableName } from "../../core/foundation/platform.ts";
import { isAdapterName } from "../../core/adapters/library/keptAdapters.ts";
import { readRenames, renamesFile, type Rename } from "../../core/adapters/library/renames.ts";
import { runFile, workFolderOf } from "../../core/training/output/workFolder.ts";
import { rememberedAdapters } from "./rememberedAdapters.ts";

export interface AdapterLibrary {
  /** The folder that holds one folder per adapter. */
  readonly folder: string;
  /** The adapters that this workspace uses; none for the base alone. */
  readonly active: readonly ChosenAdapter[];
  activate(adapters: readonly ChosenAdapter[]): Promise<void>;
  /** Makes other adapters active until `activate`, without remembering them; undefined goes back. */
  tryOut(adapters: readonly ChosenAdapter[] | undefined): void;
  readonly onDidChangeActive: vscode.Event<readonly ChosenAdapter[]>;
  /** Fires after `activate` has chosen others, with those that were chosen before. */
  readonly onDidChoose: vscode.Event<readonly ChosenAdapter[]>;
  names(): Promise<string[]>;
  /** Fires when an adapter was added or removed. */
  readonly onDidChangeNames: vscode.Event<void>;
  /** Fires when one was renamed, in this window or in another. */
  readonly onDidRename: vscode.Event<Rename>;
  /** Fires some time after the weights of an adapter in use were replaced, for example by a refresh, in this window or another. */
  readonly onDidChangeWeights: vscode.Event<void>;
  /** Reports that adapters were added, removed or renamed, because a watcher notices it later. */
  refresh(): void;
  /** Why a new adapter cannot have this name; undefined if it can. */
  nameProblem(name: string): string | undefined;
}

/** Written last, so a folder that contains it is a complete adapter. */
const marker = "adapter_config.json";
const weights = "adapter_model.safetensors";

export function openAdapterLibrary(context: vscode.ExtensionContext): AdapterLibrary {
  const folder = join(context.globalStorageUri.fsPath, "adapters");
  const exists = (name: string): boolean => existsSync(join(folder, name, marker));
  const isBegun = (name: string): boolean => existsSync(join(workFolderOf(join(folder, name)), runFile));
  const remembered = rememberedAdapters(context.workspaceState, exists);
  let tried: readonly ChosenAdapter[] | undefined;
  const activeChanged = new vscode.EventEmitter<readonly ChosenAdapter[]>();
  const chosen = new vscode.EventEmitter<readonly ChosenAdapter[]>();
  const [namesChanged, renamed] = [new vscode.EventEmitter<void>(), new vscode.EventEmitter<Rename>()];
  const watch = (pattern: string): vscode.FileSystemWatcher =>
    vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), pattern));
  // When a folder is deleted, VS Code reports the folder, and none of its files.
  const watcher = watch(`{*,*/${marker}}`);
  const renamesWatcher = watch(renamesFile);

  const choice = (): readonly ChosenAdapter[] => remembered.adapters.filter(({ name }) => exists(name));
  const active = (): readonly ChosenAdapter[] => tried?.filter(({ name }) => exists(name)) ?? choice();
  let renames = readRenames(folder);
  remembered.follow(renames);
  let last = active();
  const announce = (): void => {
    if (isDeepStrictEqual(active(), last)) return;
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
    vscode.Disposable.from(activeChanged, chosen, namesChanged, renamed),
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
    async activate(adapters) {
      const before = choice();
      await remembered.remember(adapters);
      tried = undefined;
      // Watchers are slow to see new folders, and may miss one that was renamed into place.
      changed();
      if (!isDeepStrictEqual(choice(), before)) chosen.fire(before);
    },
    tryOut(adapters) {
      tried = adapters;
      announce();
    },
    refresh: changed,
    onDidRename: renamed.event,
    onDidChangeWeights: watchWeights(watch(`*/${weights}`), (name) => has(active(), name), context.subscriptions),
    onDidChangeActive: activeChanged.event,
    onDidChoose: chosen.event,
    onDidChangeNames: namesChanged.event,
    async names() {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isDirectory() && isAdapterName(entry.name) && exists(entry.name))
        .map(({ name }) => name);
    },
    nameProblem: (name) => {
      const problem = spellingProblem(name);
      if (problem !== undefined) return problem;
      if (exists(name)) return vscode.l10n.t('An adapter named "{0}" exists already.', name);
      if (isBegun(name)) return vscode.l10n.t('An unfinished training is named "{0}". Resume or discard it.', name);
      return undefined;
    },
  };
}

/** Fires when the weights of an adapter in use were written, or renamed into place. */
function watchWeights(
  watcher: vscode.FileSystemWatcher,
  isInUse: (name: string) => boolean,
  subscriptions: vscode.Disposable[],
): vscode.Event<void> {
  const changed = new vscode.EventEmitter<void>();
  const look = ({ fsPath }: vscode.Uri): void => {
    if (isInUse(basename(dirname(fsPath)))) changed.fire();
  };
  subscriptions.push(changed, watcher, watcher.onDidChange(look), watcher.onDidCreate(look));
  return changed.event;
}

/** Returns what is wrong with a name by itself. */
function spellingProblem(name: string): string | undefined {
  if (name === "") return vscode.l10n.t("Give the adapter a name.");
  if (!/^[\w][\w.-]{0,63}$/.test(name)) {
    return vscode.l10n.t(
      "Use up to 64 letters from a to z, digits, dots, dashes and underscores, but no spaces, and begin with a letter, digit or underscore.",
    );
  }
  if (isPortableName(name)) return undefined;
  return vscode.l10n.t("Windows keeps this name for itself: end with no dot, and use no name such as CON or NUL.");
}
