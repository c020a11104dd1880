/** Completion in this window: the provider of ghost text, what it knows of the user, and the events of its suggestions. */

import type * as vscode from "vscode";
import { openJudgement } from "../../core/completion/judgement/judgement.ts";
import { openAsking, type Frame } from "./ask.ts";
import { quietPlacesOf } from "./circumstance.ts";
import { frameOf, registerCompletionProvider, type CompletionProviderOptions } from "./completionProvider.ts";
import type { Engine } from "./engine.ts";
import { openExplanation, type Explanation } from "./explain/explanation.ts";
import { habitsIn } from "./habits.ts";
import { prepareWhilePausing } from "./preparation.ts";
import { openRepositoryContext, switchedContext, type AskedIndex, type ContextSwitch } from "./repositoryContext.ts";
import { openSnooze, type Snooze } from "./snooze.ts";
import { suggestionAtCursor, type SuggestAtCursor } from "./suggestionAtCursor.ts";
import { followSuggestionEvents, type SuggestionEvents } from "./suggestionEvents.ts";

export interface Completions {
  readonly events: SuggestionEvents;
  readonly snooze: Snooze;
  readonly explanation: Explanation;
  /** Returns undefined unless Graft completes in the active editor. */
  readonly suggestionAtCursor: () => SuggestAtCursor | undefined;
}

export function openCompletions(
  options: Omit<CompletionProviderOptions, "events" | "judgement" | "asking" | "contexts" | "explanation"> & {
    engine: Engine;
    state: vscode.Memento;
    index: AskedIndex;
    contextSwitch: ContextSwitch;
  },
  subscriptions: vscode.Disposable[],
): Completions {
  const { engine, configuration, state, index, contextSwitch } = options;
  const judgement = openJudgement({ quietIn: () => quietPlacesOf(configuration), habits: habitsIn(state) });
  const asking = openAsking(engine);
  const contexts = switchedContext(openRepositoryContext({ index, engine }, subscriptions), contextSwitch);
  const explanation = openExplanation({ engine, configuration }, subscriptions);
  const frameAt = (document: vscode.TextDocument): Frame => frameOf(document, "automatic", configuration);
  prepareWhilePausing({ engine, contexts, configuration, frameOf: frameAt }, subscriptions);
  const events = followSuggestionEvents(judgement.changed, subscriptions);
  subscriptions.push(
    events.onDidHappen(judgement.told),
    engine.onDidChangeState(asking.clear),
    contextSwitch.onDidTurn(asking.clear),
    contexts.onDidChangeFiles(asking.clear),
    { dispose: asking.giveUp },
  );
  registerCompletionProvider({ ...options, events, judgement, asking, contexts, explanation }, subscriptions);
  return {
    events,
    explanation,
    snooze: openSnooze(judgement, subscriptions),
    suggestionAtCursor: () => suggestionAtCursor({ engine, contexts, configuration }),
  };
}
