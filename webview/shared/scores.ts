/** Formats scores and names of measures like the rest of Graft. */

import { isShown, measureFormat } from "../../extension/core/evaluation/measures/measureFormat.ts";
import { t } from "./l10n.ts";

const translated: Readonly<Record<string, string>> = {
  editSimilarity: t("Edit similarity"),
  bitsPerByte: t("Bits per byte"),
  "line.exact": t("Lines, exact"),
  "line.editSimilarity": t("Lines, edit similarity"),
  "block.exact": t("Blocks, exact"),
  "block.editSimilarity": t("Blocks, edit similarity"),
};

/** Returns a measure's title, such as "EM@10", "pass@1" or "CodeBLEU". */
export function scoreTitle(name: string): string {
  return translated[name] ?? measureFormat(name).title;
}

/** Whether a table shows the measure. Parts of measures appear only in exports. */
export function isWhole(name: string): boolean {
  return isShown(name, "panel");
}
