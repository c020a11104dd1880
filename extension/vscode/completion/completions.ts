/** Completion in this window: the provider of ghost text, what it knows of the user, and the events of its suggestions. */

import type * as vscode from "vscode";
import { openJudgement } from "../../core/completion/judgement/judgement.ts";
import { openAsking } from "./ask.ts";
import { quietPlacesOf } from "./circumstance.ts";
import { registerCompletionProvider, type CompletionProviderOptions } from "./completionProvider.ts";
import type { Engine } from "./engine.ts";
import { habitsIn } from "./habits.ts";
import { openSnooze, type Snooze } from "./snooze.ts";
import { followSuggestionEvents, type SuggestionEvents } from "./suggestionEvents.ts";

export interface Completions {
  readonly events: SuggestionEvents;
  readonly snooze: Snooze;
}

export function openCompletions(
  options: Omit<CompletionProviderOptions, "events" | "judgement" | "asking"> & {
    engine: Engine;
    state: vscode.Memento;
  },
  subscriptions: vscode.Disposable[],
): Completions {
  const { engine, configuration, state } = options;
  const judgement = openJudgement({ quietIn: () => quietPlacesOf(configuration), habits: habitsIn(state) });
  const asking = openAsking(engine);
  const events = followSuggestionEvents(judgement.changed, subscriptions);
  subscriptions.push(events.onDidHappen(judgement.told), engine.onDidChangeState(asking.clear), {
    dispose: asking.giveUp,
  });
  registerCompletionProvider({ ...options, events, judgement, asking }, subscriptions);
  return { events, snooze: openSnooze(judgement, subscriptions) };
}
