/** Completion in this window: the provider of ghost text, and the events of its suggestions. */

import type * as vscode from "vscode";
import { registerCompletionProvider, type CompletionProviderOptions } from "./completionProvider.ts";
import { followSuggestionEvents, type SuggestionEvents } from "./suggestionEvents.ts";

export interface Completions {
  readonly events: SuggestionEvents;
}

export function openCompletions(
  options: Omit<CompletionProviderOptions, "events">,
  subscriptions: vscode.Disposable[],
): Completions {
  const events = followSuggestionEvents(subscriptions);
  registerCompletionProvider({ ...options, events }, subscriptions);
  return { events };
}
