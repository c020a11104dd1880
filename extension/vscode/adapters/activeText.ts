/** The adapters in use as people read them: "team (75 %) + own". */

import * as vscode from "vscode";
import { percentOf, type ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";

/** Returns undefined for the base alone. */
export function activeText(active: readonly ChosenAdapter[]): string | undefined {
  const texts = active.map(({ name, scale }) => (scale === 1 ? name : `${name} (${scaleText(scale)})`));
  return texts.length > 0 ? texts.join(" + ") : undefined;
}

export function scaleText(scale: number): string {
  return vscode.l10n.t("{0} %", percentOf(scale));
}
