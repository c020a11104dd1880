/** The current state of a new adapter in words: whether it still exists, and what is in use with it. */

import type { TrainingDone } from "../../protocol/training.ts";
import { t } from "../../shared/l10n.ts";

export function doneText({
  name,
  active,
  beside,
  deleted,
}: Pick<TrainingDone, "name" | "active" | "beside" | "deleted">): string {
  if (deleted) return t('Trained. "{0}" has been deleted since.', name);
  if (!active) return t('Trained. "{0}" is kept, but not in use.', name);
  if (beside.length > 0) return t('Trained. "{0}" is in use together with {1}.', name, adaptersText(beside));
  return t('Trained. "{0}" is in use now.', name);
}

/** Returns why Graft did not put it into use, unless the trial's verdict already says so. */
export function reasonText({
  active,
  deleted,
  objection,
}: Pick<TrainingDone, "active" | "deleted" | "objection">): string | undefined {
  if (active || deleted) return undefined;
  if (objection === "fewer-lines") {
    return t("Graft did not put it into use, because fewer lines were right with it than without it.");
  }
  if (objection === "forgets") return t("Graft did not put it into use, because it forgets general code.");
  return undefined;
}

/** Adapters with the scales that are not as trained: "team (75 %) + own". */
export function adaptersText(adapters: TrainingDone["beside"]): string {
  const percent = (scale: number): string => t("{0} %", Math.round(scale * 1000) / 10);
  return adapters.map(({ name, scale }) => (scale === 1 ? name : `${name} (${percent(scale)})`)).join(" + ");
}
