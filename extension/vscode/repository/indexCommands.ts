/** "Graft: Rebuild repository index" and "Graft: Delete repository index". */

import * as vscode from "vscode";
import type { Configuration } from "../configuration.ts";
import type { Action, Messages } from "../messages.ts";
import { whyNoRoots } from "./openRoots.ts";
import type { RepositoryIndex } from "./repositoryIndex.ts";

export interface IndexCommandsOptions {
  index: Pick<RepositoryIndex, "rebuild" | "delete">;
  configuration: Pick<Configuration, "get">;
  messages: Pick<Messages, "tell">;
}

export function indexCommands({
  index,
  configuration,
  messages,
}: IndexCommandsOptions): Readonly<Record<string, () => Promise<void>>> {
  return {
    "graft.rebuildRepositoryIndex": async () => {
      const reason = whyNoRoots(configuration);
      if (!reason) return index.rebuild();
      messages.tell("info", reason.text, reason.setting === undefined ? [] : [openSettings(reason.setting)]);
    },
    "graft.deleteRepositoryIndex": async () => {
      await index.delete();
      messages.tell(
        "info",
        vscode.l10n.t("The repository index is deleted. The next window builds it again, unless you switch it off."),
        [openSettings("graft.repository.enable")],
      );
    },
  };
}

function openSettings(setting: string): Action {
  return {
    title: vscode.l10n.t("Open Settings"),
    run: () => vscode.commands.executeCommand("workbench.action.openSettings", setting),
  };
}
