/** The refreshes of an adapter in words and as a list, from which the last one can be taken back. */

import { join } from "node:path";
import * as vscode from "vscode";
import type { PastRefresh } from "../../../core/training/refresh/refreshedWeights.ts";
import type { Refresh, RefreshVerdict } from "../../../core/training/refresh/refreshLog.ts";
import type { LibraryProcess } from "../../../engine/libraryProcess.ts";
import { refreshesRequest, undoRefreshRequest } from "../../../engine/protocol/adapters.ts";
import type { AdapterLibrary } from "../../adapters/adapterLibrary.ts";
import type { Engine } from "../../completion/engine.ts";
import type { Messages } from "../../messages.ts";

export interface RefreshListOptions {
  library: Pick<AdapterLibrary, "folder" | "refresh">;
  libraryProcess: LibraryProcess;
  engine: Pick<Engine, "start">;
  messages: Messages;
}

interface RefreshItem extends vscode.QuickPickItem {
  /** Whether choosing it takes it back. */
  isLastKept: boolean;
}

export async function listRefreshes(name: string, options: RefreshListOptions): Promise<void> {
  const { library, libraryProcess, messages } = options;
  const { t } = vscode.l10n;
  const folder = join(library.folder, name);
  const refreshes = (await libraryProcess.ask(refreshesRequest, { folder })).toReversed();
  if (refreshes.length === 0) return messages.tell("info", t('"{0}" has not been refreshed yet.', name));
  const last = refreshes.find(isInPlace);
  const items = refreshes.map((refresh): RefreshItem => {
    const isLastKept = refresh === last;
    return {
      label: new Date(refresh.at).toLocaleString(),
      description: stateText(refresh),
      detail: [figuresText(refresh), isLastKept ? t("Choose it to take it back") : ""].filter(Boolean).join(" · "),
      isLastKept,
    };
  });
  const chosen = await vscode.window.showQuickPick(items, { title: t('Refreshes of "{0}"', name) });
  if (chosen?.isLastKept) await undo(name, options);
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

/** What a refresh was good for, in one or two sentences. */
export function refreshText(name: string, refresh: Refresh): string {
  const { t } = vscode.l10n;
  const what = refresh.kept
    ? keptText(name, refresh.files)
    : t('"{0}" stays as it was: {1}.', name, reasonText(refresh.verdict));
  return [what, figuresText(refresh)].filter(Boolean).join(" ");
}

function keptText(name: string, files: number): string {
  const { t } = vscode.l10n;
  if (files === 1) return t('Refreshed "{0}" with 1 changed file.', name);
  return t('Refreshed "{0}" with {1} changed files.', name, files);
}

function isInPlace({ kept, undone }: PastRefresh): boolean {
  return kept && !undone;
}

function stateText(refresh: PastRefresh): string {
  const { t } = vscode.l10n;
  if (refresh.undone) return t("taken back");
  if (!refresh.kept) return t("not kept: {0}", reasonText(refresh.verdict));
  return refresh.files === 1 ? t("1 file learned") : t("{0} files learned", refresh.files);
}

/** The figures that decided; without a clear difference those of lines. */
function figuresText({ lines, bodies, decidedBy }: Refresh): string {
  const { t } = vscode.l10n;
  const decisive = decidedBy === "bodies" ? bodies : lines;
  if (!decisive) return "";
  const [before, after] = [decisive.before, decisive.after].map(Math.round);
  if (decidedBy === "bodies") {
    return t("Blocks of other files are {0} % like yours, before {1} %.", after!, before!);
  }
  return decidedBy === "lines"
    ? t("Right at {0} of 100 lines of other files, before at {1}.", after!, before!)
    : t("No clear difference: right at {0} of 100 lines of other files, before at {1}.", after!, before!);
}

function reasonText(verdict: RefreshVerdict): string {
  const { t } = vscode.l10n;
  switch (verdict) {
    case "worse":
      return t("lines or blocks of other files would come out worse");
    case "forgets":
      return t("it would forget general code");
    case "untried":
      return t("it could not be checked on other files");
    default:
      return t("nothing gets worse");
  }
}
