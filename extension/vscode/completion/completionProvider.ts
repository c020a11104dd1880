/**
 * Ghost text: turns a cursor in a Python document into one request to the engine, and the answer into one item.
 *
 * Decides when to ask and what to show. The completer handles prompt, stop rules and cache.
 */

import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import type { Log } from "../../core/foundation/log.ts";
import type { Configuration } from "../configuration.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import { contextAt } from "./documentContext.ts";
import type { Engine } from "./engine.ts";
import type { SuggestionEvents } from "./suggestionEvents.ts";
import { completeStep } from "../walkthrough.ts";

export interface CompletionProviderOptions {
  engine: Pick<Engine, "complete" | "base">;
  library: Pick<AdapterLibrary, "active">;
  events: SuggestionEvents;
  configuration: Configuration;
  log: Log;
}

export function registerCompletionProvider(
  { engine, library, events, configuration, log }: CompletionProviderOptions,
  subscriptions: vscode.Disposable[],
): void {
  /** The time of each document's last change, by performance.now(). */
  const changedAt = new WeakMap<vscode.TextDocument, number>();

  const provideInlineCompletionItems: vscode.InlineCompletionItemProvider["provideInlineCompletionItems"] = async (
    document,
    position,
    context,
    token,
  ) => {
    if (!configuration.get("enable")) return undefined;
    const signal = signalOf(token);
    const startedAt = performance.now();
    const automatic = context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
    if (automatic) {
      // The editor itself waits about 50 ms before it asks, which count.
      const quiet = startedAt - (changedAt.get(document) ?? -Infinity);
      const pause = configuration.get("completion.debounce") - quiet;
      if (pause > 0) await sleep(pause);
    }
    if (signal.aborted) return undefined;
    const target = targetAt(document, position, context);
    const completion = await engine.complete(
      {
        path: vscode.workspace.asRelativePath(document.uri, false),
        prefix: target.prefix,
        suffix: target.suffix,
        maxTokens: configuration.get("completion.maxTokens"),
        multiline: configuration.get("completion.multiline"),
        trigger: automatic ? "automatic" : "invoked",
      },
      signal,
    );
    if (!completion) return undefined;
    const { load, prefill, decode } = completion.milliseconds;
    log.debug(
      `Completion of ${completion.tokens} tokens (${completion.stop}) in ${Math.round(performance.now() - startedAt)} ms: ` +
        `load ${Math.round(load)}, prefill ${Math.round(prefill)}, decode ${Math.round(decode)}`,
    );
    if (signal.aborted || completion.text === "") return undefined;
    void completeStep("graft.suggested");
    const accepted = events.appeared({
      document: document.uri.toString(),
      offset: document.offsetAt(position),
      // The editor shows what the range does not hold yet.
      texts: [target.lead.slice(position.character - target.range.start.character) + completion.text],
      facts: {
        base: engine.base,
        adapter: library.active,
        trigger: automatic ? "automatic" : "invoked",
        confidence: completion.confidence,
        milliseconds: performance.now() - startedAt,
        tokens: completion.tokens,
      },
    });
    return [new vscode.InlineCompletionItem(target.lead + completion.text, target.range, accepted)];
  };

  subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document }) => changedAt.set(document, performance.now())),
    vscode.languages.registerInlineCompletionItemProvider({ language: "python" }, { provideInlineCompletionItems }),
  );
}

interface Target {
  prefix: string;
  suffix: string;
  /** The beginning of the item, before the model's text. */
  lead: string;
  range: vscode.Range;
}

/** At the cursor, or after the entry that is selected in the suggest widget, as if it were accepted already. */
function targetAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { selectedCompletionInfo: selected }: vscode.InlineCompletionContext,
): Target {
  if (!selected)
    return {
      ...contextAt(document, position),
      lead: "",
      range: new vscode.Range(position, position),
    };
  const { prefix, suffix } = contextAt(document, selected.range.start, selected.range.end);
  return { prefix: prefix + selected.text, suffix, lead: selected.text, range: selected.range };
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
