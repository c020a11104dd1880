/** Refreshes of an adapter in words: what each achieved, and why it was kept or not. */

import * as vscode from "vscode";
import { signed } from "../../../core/foundation/numbers/signed.ts";
import type { PastRefresh } from "../../../core/training/refresh/refreshedWeights.ts";
import type { Refresh, RefreshVerdict } from "../../../core/training/refresh/refreshLog.ts";
import { rightLines } from "../../../core/training/refresh/rightLines.ts";

/** Returns in one or two sentences what a refresh achieved. */
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

/**
 * Returns the figures that decided, or those of lines if no difference is clear. They are differences, because users compare the rows of a
 * list, and each refresh is tried on other lines.
 */
export function figuresText(refresh: Refresh): string {
  const { t } = vscode.l10n;
  const { bodies, decidedBy } = refresh;
  if (bodies && decidedBy === "bodies") {
    const points = signed(bodies.after - bodies.before, 1);
    return t("Likeness of blocks of other files to yours: {0} points compared with before.", points);
  }
  const lines = rightLines(refresh);
  if (!lines) return "";
  const text = t(
    "Right lines of other files: {0} of {1} compared with before.",
    signed(lines.after - lines.before),
    lines.of,
  );
  return decidedBy ? text : `${t("No clear difference.")} ${text}`;
}

/** Returns everything that a refresh changed, as names and their figures. */
export function changesOf(refresh: PastRefresh): { name: string; figures: string; detail?: string }[] {
  const { t } = vscode.l10n;
  const { steps, bodies, learned = [] } = refresh;
  const lines = rightLines(refresh);
  return [
    {
      name: stateText(refresh),
      figures: steps === 1 ? t("1 step") : t("{0} steps", steps),
      ...(learned.length > 0 && { detail: namesText(learned.map(({ path }) => path)) }),
    },
    ...(lines
      ? [
          {
            name: t("Lines of other files"),
            figures: t("right lines before → after: {0} → {1} of the same {2}", lines.before, lines.after, lines.of),
          },
        ]
      : []),
    ...(bodies
      ? [
          {
            name: t("Blocks of other files"),
            figures: t(
              "like yours before → after: {0} → {1} %, the same {2}",
              bodies.before.toFixed(1),
              bodies.after.toFixed(1),
              bodies.count,
            ),
          },
        ]
      : []),
  ];
}

/** The most paths that a row has room for. */
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
