/** "Graft: Rebuild repository index" and "Graft: Delete repository index". */

import * as vscode from "vscode";
import type { Messages } from "../messages.ts";
import type { RepositoryIndex } from "./repositoryIndex.ts";

export function indexCommands(
  index: RepositoryIndex,
  messages: Pick<Messages, "tell">,
): Readonly<Record<string, () => Promise<void>>> {
  return {
    "graft.rebuildRepositoryIndex": () => index.rebuild(),
    "graft.deleteRepositoryIndex": async () => {
      await index.delete();
      messages.tell(
        "info",
        vscode.l10n.t("The repository index is deleted. The next window builds it again, unless you switch it off."),
        [
          {
            title: vscode.l10n.t("Open Settings"),
            run: () => vscode.commands.executeCommand("workbench.action.openSettings", "graft.repository.enable"),
          },
        ],
      );
    },
  };
}
