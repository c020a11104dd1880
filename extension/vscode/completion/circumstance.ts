/** The reasons for silence that only the editor knows. */

import * as vscode from "vscode";
import type { QuietPlace } from "../../core/completion/trigger.ts";
import type { Silence } from "../../core/completion/judgement/suggestionEvent.ts";
import type { Configuration } from "../configuration.ts";

/** Whether the settings exclude this document from completion, even if the user asks for one. */
export function isExcluded(document: vscode.TextDocument, configuration: Pick<Configuration, "get">): boolean {
  return configuration.get("completion.exclude").some((pattern) => vscode.languages.match({ pattern }, document) > 0);
}

/** Returns why not to complete automatically now. */
export function circumstanceOf(document: vscode.TextDocument): Silence | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor?.document === document && editor.selections.length > 1 ? "several-cursors" : undefined;
}

export function quietPlacesOf(configuration: Pick<Configuration, "get">): readonly QuietPlace[] {
  return [
    ...(configuration.get("completion.comments") ? [] : (["comments"] as const)),
    ...(configuration.get("completion.strings") ? [] : (["strings"] as const)),
    ...(configuration.get("completion.midLine") ? [] : (["beforeCode"] as const)),
  ];
}
