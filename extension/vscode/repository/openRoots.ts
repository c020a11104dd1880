/** Keeps the index of each root folder open that may have one, while the window's folders and settings change. */

import * as vscode from "vscode";
import type { RepositoryProcess } from "../../engine/repositoryProcess.ts";
import type { Configuration } from "../configuration.ts";
import { rootsOfWindow } from "./roots.ts";

export interface OpenRoots {
  readonly has: (folder: string) => boolean;
  /** Opens and closes indexes, as folders and settings are now. */
  readonly follow: () => void;
}

export function openRoots(
  process: Pick<RepositoryProcess, "open" | "close">,
  { home, allowed }: { home: string; allowed: () => readonly string[] },
): OpenRoots {
  /** Each root that is open, with the other ones. */
  const opened = new Map<string, readonly string[]>();
  return {
    has: (folder) => opened.has(folder),
    follow: () => {
      const roots = allowed();
      const others = (folder: string): string[] => roots.filter((root) => root !== folder);
      for (const [folder, known] of opened) {
        if (roots.includes(folder) && known.join("\n") === others(folder).join("\n")) continue;
        opened.delete(folder);
        process.close(folder);
      }
      for (const folder of roots) {
        if (opened.has(folder)) continue;
        opened.set(folder, others(folder));
        process.open({ folder, others: others(folder), home });
      }
    },
  };
}

/** Why no root of this window may have an index, and the setting that decides; undefined if one may. */
export function whyNoRoots(configuration: Pick<Configuration, "get">): { text: string; setting?: string } | undefined {
  const { t } = vscode.l10n;
  if (rootsOfWindow().length === 0) {
    return { text: t("There is no repository index to rebuild: this window has no folder on this machine open.") };
  }
  if (!vscode.workspace.isTrusted) {
    return { text: t("There is no repository index to rebuild: Graft builds none in Restricted Mode.") };
  }
  const setting = (["enable", "repository.enable"] as const).find((key) => !configuration.get(key));
  if (setting === undefined) return undefined;
  const name = `graft.${setting}`;
  return { text: t("There is no repository index to rebuild: the setting {0} is off.", name), setting: name };
}

/** The roots that may have an index: none in a workspace that is not trusted, or where a setting is off. */
export function allowedRoots(configuration: Pick<Configuration, "get">): string[] {
  const isOn = configuration.get("enable") && configuration.get("repository.enable");
  return isOn && vscode.workspace.isTrusted ? rootsOfWindow() : [];
}
