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

/** The roots that may have an index: none in a workspace that is not trusted, or where a setting is off. */
export function allowedRoots(configuration: Pick<Configuration, "get">): string[] {
  const isOn = configuration.get("enable") && configuration.get("repository.enable");
  return isOn && vscode.workspace.isTrusted ? rootsOfWindow() : [];
}
