/** Keeps an index open for each root folder that may have one, while the window's folders and settings change. */

import * as vscode from "vscode";
import type { RepositoryProcess } from "../../engine/repositoryProcess.ts";
import type { Configuration } from "../configuration.ts";
import { rootsOfWindow } from "./roots.ts";

export interface OpenRoots {
  readonly has: (folder: string) => boolean;
  /** Opens and closes indexes to match the current folders and settings. */
  readonly follow: () => void;
}

export function openRoots(
  process: Pick<RepositoryProcess, "open" | "close">,
  { home, allowed }: { home: string; allowed: () => readonly string[] },
): OpenRoots {
  /** Each open root, with the other roots. */
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

type Obstacle = "no-folder" | "untrusted" | "enable" | "repository.enable";

/** Returns what keeps the roots of this window from having an index: no root, an untrusted workspace, or a setting that is off. */
function obstacleTo(roots: readonly string[], configuration: Pick<Configuration, "get">): Obstacle | undefined {
  if (roots.length === 0) return "no-folder";
  if (!vscode.workspace.isTrusted) return "untrusted";
  return (["enable", "repository.enable"] as const).find((key) => !configuration.get(key));
}

/** The roots that may have an index. */
export function allowedRoots(configuration: Pick<Configuration, "get">): string[] {
  const roots = rootsOfWindow();
  return obstacleTo(roots, configuration) === undefined ? roots : [];
}

/** Why no root of this window may have an index, and the setting that decides; undefined if one may. */
export function whyNoRoots(configuration: Pick<Configuration, "get">): { text: string; setting?: string } | undefined {
  const { t } = vscode.l10n;
  const obstacle = obstacleTo(rootsOfWindow(), configuration);
  switch (obstacle) {
    case undefined:
      return undefined;
    case "no-folder":
      return { text: t("There is no repository index to rebuild: this window has no folder on this machine open.") };
    case "untrusted":
      return { text: t("There is no repository index to rebuild: Graft builds none in Restricted Mode.") };
    default: {
      const setting = `graft.${obstacle}`;
      return { text: t("There is no repository index to rebuild: the setting {0} is off.", setting), setting };
    }
  }
}
