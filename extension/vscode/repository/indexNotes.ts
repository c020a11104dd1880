/** The state of the window's indexes in whole sentences. */

import * as vscode from "vscode";
import { kilobytesOrMore } from "../../core/foundation/words/quantities.ts";
import type { RepositoryState } from "../../engine/repositoryProcess.ts";

export function indexNotes(states: readonly RepositoryState[], { isDeleted }: { isDeleted: boolean }): string[] {
  const { t } = vscode.l10n;
  if (isDeleted) return [t("The repository index is deleted. Suggestions use no other files until it is rebuilt.")];
  const reading = states.filter((state) => state.phase === "reading");
  if (reading.length > 0) {
    const [done, total] = [sum(reading, ({ done: own }) => own), sum(reading, ({ total: own }) => own)];
    return [total === 0 ? t("Reading the repository…") : t("Reading the repository: {0} of {1} files", done, total)];
  }
  const sizes = states.flatMap((state) => (state.phase === "ready" ? [state.size] : []));
  const leftOut = sum(sizes, (size) => size.leftOut);
  return [
    ...(sizes.length > 0
      ? [
          t(
            "Repository index: {0} files, {1}",
            sum(sizes, ({ files }) => files),
            kilobytesOrMore(sum(sizes, ({ bytes }) => bytes)),
          ),
        ]
      : []),
    ...(leftOut > 0 ? [t("{0} files have no room in the repository index.", leftOut)] : []),
    ...(states.some(({ phase }) => phase === "failed")
      ? [t("The repository cannot be read. The log holds the reason.")]
      : []),
  ];
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
