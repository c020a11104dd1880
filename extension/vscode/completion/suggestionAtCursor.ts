/** Gets Graft's suggestion at the cursor on request, for lists that compare adapters. Shows nothing in the editor. */

import * as vscode from "vscode";
import type { Configuration } from "../configuration.ts";
import { isExcluded } from "./circumstance.ts";
import { frameOf } from "./completionProvider.ts";
import { contextAt } from "./documentContext.ts";
import type { Engine } from "./engine.ts";
import type { RepositoryContext } from "./repositoryContext.ts";

/** Asks the engine with the adapters that are active now. Empty if it finds nothing, fails or is aborted. */
export type SuggestAtCursor = (signal: AbortSignal) => Promise<string>;

export interface SuggestionOptions {
  engine: Pick<Engine, "complete">;
  contexts: RepositoryContext;
  configuration: Configuration;
}

/** Returns undefined unless Graft completes in the active editor. */
export function suggestionAtCursor({
  engine,
  contexts,
  configuration,
}: SuggestionOptions): SuggestAtCursor | undefined {
  const { document, selection } = vscode.window.activeTextEditor ?? {};
  if (!document || !selection || document.languageId !== "python") return undefined;
  if (!configuration.get("enable") || isExcluded(document, configuration)) return undefined;
  const cursor = contextAt(document, selection.active);
  return async (signal) => {
    const front = await contexts.of(document, cursor, signal);
    if (signal.aborted) return "";
    const request = { ...frameOf(document, "invoked", configuration), ...front, ...cursor };
    return (await engine.complete(request, signal))?.text ?? "";
  };
}
