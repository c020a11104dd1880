/** Scores as a reader takes them in, by the formats that all of Graft shares. */

import { isShown, measureFormat } from "../../extension/core/evaluation/measures/measureFormat.ts";
import { t } from "../shared/l10n.ts";

const translated: Readonly<Record<string, string>> = {
  editSimilarity: t("Edit similarity"),
  bitsPerByte: t("Bits per byte"),
  "line.exact": t("Lines, exact"),
  "line.editSimilarity": t("Lines, edit similarity"),
  "block.exact": t("Blocks, exact"),
  "block.editSimilarity": t("Blocks, edit similarity"),
};

/** "EM@10", "pass@1", "CodeBLEU". */
export function scoreTitle(name: string): string {
  return translated[name] ?? measureFormat(name).title;
}

/** Whether there is room for it in a table: parts of measures are for exports. */
export function isWhole(name: string): boolean {
  return isShown(name, "panel");
}
