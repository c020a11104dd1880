/** Says in a sentence why Graft suggested nothing, or never does. */

import * as vscode from "vscode";
import type { Silence } from "../../../core/completion/judgement/suggestionEvent.ts";

/** Says which setting keeps Graft from asking at all. */
export function whyNeverAsked(setting: "enable" | "completion.exclude"): string {
  const { t } = vscode.l10n;
  const name = `\`graft.${setting}\``;
  return setting === "enable"
    ? t("Completions are off (the setting {0}).", name)
    : t("The setting {0} leaves this file out.", name);
}

export function whySilent(reason: Silence): string {
  const { t } = vscode.l10n;
  switch (reason) {
    case "snoozed":
      return t("Completions are snoozed.");
    case "deleting":
      return t("You were deleting: Graft waits until you type.");
    case "rejections":
      return t("You rejected several suggestions in a row: Graft waits some seconds.");
    case "several-cursors":
      return t("There are several cursors.");
    case "code-follows":
      return t("Code follows the cursor in its line (the setting {0} is off).", "`graft.completion.midLine`");
    case "comment":
      return t("The cursor is in a comment (the setting {0} is off).", "`graft.completion.comments`");
    case "string":
      return t("The cursor is in a string (the setting {0} is off).", "`graft.completion.strings`");
    case "too-little":
      return t("The file holds too little text.");
    case "rejected-here":
      return t("You have rejected the same suggestion at this place.");
    case "typed-over":
      return t("You have typed over the same line twice in this file during the last ten minutes.");
    case "unsure":
      return t("The model was too unsure of its suggestion.");
    case "nothing-found":
      return t("The model found nothing to suggest.");
  }
}
