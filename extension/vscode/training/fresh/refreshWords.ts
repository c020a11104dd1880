/** Refreshes of an adapter in words: what came of one, and why it was kept or not. */

import * as vscode from "vscode";
import type { PastRefresh } from "../../../core/training/refresh/refreshedWeights.ts";
import type { Refresh, RefreshVerdict } from "../../../core/training/refresh/refreshLog.ts";

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

export function stateText(refresh: PastRefresh): string {
  const { t } = vscode.l10n;
  if (refresh.undone) return t("taken back");
  if (!refresh.kept) return t("not kept: {0}", reasonText(refresh.verdict));
  return refresh.files === 1 ? t("1 file learned") : t("{0} files learned", refresh.files);
}

/** The figures that decided; without a clear difference those of lines. */
export function figuresText({ lines, bodies, decidedBy }: Refresh): string {
  const { t } = vscode.l10n;
  const decisive = decidedBy === "bodies" ? bodies : lines;
  if (!decisive) return "";
  if (decidedBy === "bodies") {
    return t("Blocks of other files are {0} % like yours, before {1} %.", ...rounded(decisive));
  }
  return decidedBy === "lines"
    ? t("Right at {0} of 100 lines of other files, before at {1}.", ...rounded(decisive))
    : t("No clear difference: right at {0} of 100 lines of other files, before at {1}.", ...rounded(decisive));
}

/** The figure after a refresh, and before it. */
function rounded({ after, before }: { after: number; before: number }): [number, number] {
  return [Math.round(after), Math.round(before)];
}

/** All that a refresh changed, as names and their figures. */
export function changesOf(refresh: PastRefresh): { name: string; figures: string; detail?: string }[] {
  const { t } = vscode.l10n;
  const { steps, lines, bodies, learned = [] } = refresh;
  return [
    {
      name: stateText(refresh),
      figures: steps === 1 ? t("1 step") : t("{0} steps", steps),
      ...(learned.length > 0 && { detail: namesText(learned.map(({ path }) => path)) }),
    },
    ...(lines
      ? [{ name: t("Lines of other files"), figures: t("right at {0} of 100, before at {1}", ...rounded(lines)) }]
      : []),
    ...(bodies
      ? [{ name: t("Blocks of other files"), figures: t("{0} % like yours, before {1} %", ...rounded(bodies)) }]
      : []),
  ];
}

/** Paths that a row has room for. */
const mostPaths = 5;

function namesText(paths: readonly string[]): string {
  const named = paths.slice(0, mostPaths).join(", ");
  const more = paths.length - mostPaths;
  return more > 0 ? vscode.l10n.t("{0} and {1} more", named, more) : named;
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
