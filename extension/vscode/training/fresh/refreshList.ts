/**
 * The refreshes of an adapter as a list. Choosing a row lists what its refresh changed. The last refresh is taken back by a separate choice
 * there or by its row's button, never by the first Enter.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import type { PastRefresh } from "../../../core/training/refresh/refreshedWeights.ts";
import type { LibraryProcess } from "../../../engine/libraryProcess.ts";
import { refreshesRequest, undoRefreshRequest } from "../../../engine/protocol/adapters.ts";
import type { AdapterLibrary } from "../../adapters/adapterLibrary.ts";
import type { Engine } from "../../completion/engine.ts";
import type { Messages } from "../../messages.ts";
import { changesOf, figuresText, stateText } from "./refreshWords.ts";

export interface RefreshListOptions {
  library: Pick<AdapterLibrary, "folder" | "refresh">;
  libraryProcess: LibraryProcess;
  engine: Pick<Engine, "start">;
  messages: Messages;
}

interface RefreshItem extends vscode.QuickPickItem {
  refresh: PastRefresh;
}

export async function listRefreshes(name: string, options: RefreshListOptions): Promise<void> {
  const { library, libraryProcess, messages } = options;
  const { t } = vscode.l10n;
  const folder = join(library.folder, name);
  const refreshes = (await libraryProcess.ask(refreshesRequest, { folder })).toReversed();
  if (refreshes.length === 0) return messages.tell("info", t('"{0}" has not been refreshed yet.', name));
  const last = refreshes.find(isInPlace);
  const takeBack: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("discard"), tooltip: t("Take back") };
  const pick = vscode.window.createQuickPick<RefreshItem>();
  pick.title = t('Refreshes of "{0}"', name);
  pick.placeholder = t("Choose one to see what it changed. Each was tried on other lines.");
  pick.matchOnDescription = true;
  pick.items = refreshes.map((refresh) => ({
    label: timeOf(refresh),
    description: stateText(refresh),
    detail: figuresText(refresh),
    ...(refresh === last && { buttons: [takeBack] }),
    refresh,
  }));
  pick.onDidHide(() => pick.dispose());
  pick.onDidTriggerItemButton(
    messages.reporting(async () => {
      pick.hide();
      await undo(name, options);
    }),
  );
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item) showRefresh(name, item.refresh, item.refresh === last, options);
  });
  pick.show();
}

interface ChangeItem extends vscode.QuickPickItem {
  /** Absent for a figure. Choosing it leaves the list open. */
  run?: () => Promise<void>;
}

function showRefresh(name: string, refresh: PastRefresh, isLast: boolean, options: RefreshListOptions): void {
  const { messages } = options;
  const { t } = vscode.l10n;
  const pick = vscode.window.createQuickPick<ChangeItem>();
  pick.title = t('Refresh of "{0}", {1}', name, timeOf(refresh));
  pick.placeholder = t("What it changed");
  pick.buttons = [vscode.QuickInputButtons.Back];
  pick.items = [
    ...changesOf(refresh).map(({ name: label, figures: description, ...more }) => ({ label, description, ...more })),
    ...(isInPlace(refresh) ? [{ label: "", kind: vscode.QuickPickItemKind.Separator }] : []),
    ...(isLast
      ? [
          {
            label: `$(discard) ${t("Take back")}`,
            description: t("Goes back to the weights from before it"),
            run: () => undo(name, options),
          },
        ]
      : []),
    ...(isInPlace(refresh) && !isLast
      ? [{ label: `$(info) ${t("To take it back, take back the later ones first")}` }]
      : []),
  ];
  pick.onDidHide(() => pick.dispose());
  pick.onDidTriggerButton(messages.reporting(() => listRefreshes(name, options)));
  pick.onDidAccept(
    messages.reporting(async () => {
      const [item] = pick.selectedItems;
      if (!item?.run) return;
      pick.hide();
      await item.run();
    }),
  );
  pick.show();
}

/** Goes back to the weights before the last refresh. */
export async function undo(
  name: string,
  { library, libraryProcess, engine, messages }: RefreshListOptions,
): Promise<void> {
  await libraryProcess.ask(undoRefreshRequest, { folder: join(library.folder, name) });
  library.refresh();
  await engine.start();
  messages.tell("info", vscode.l10n.t('"{0}" is as it was before its last refresh.', name));
}

function isInPlace({ kept, undone }: PastRefresh): boolean {
  return kept && !undone;
}

function timeOf({ at }: PastRefresh): string {
  return new Date(at).toLocaleString();
}
