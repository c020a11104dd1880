/**
 * Ghost text: turns a cursor in a Python document into one question, and the answer into items.
 *
 * The judgement decides when to ask and what to show. The completer handles prompt, stop rules and cache.
 */

import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { nameOf } from "../../core/adapters/chosenAdapters.ts";
import type { Completion } from "../../core/completion/result/completion.ts";
import type { Log } from "../../core/foundation/log.ts";
import type { Judgement, Question, Verdict } from "../../core/completion/judgement/judgement.ts";
import type { Silence } from "../../core/completion/judgement/suggestionEvent.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Configuration } from "../configuration.ts";
import { placeOf } from "../repository/roots.ts";
import { completeStep } from "../walkthrough.ts";
import { isLate, type Asking, type Frame, type FrameAt } from "./ask.ts";
import { circumstanceOf, isExcluded, quietPlacesOf } from "./circumstance.ts";
import { contextAt } from "./documentContext.ts";
import type { Engine } from "./engine.ts";
import type { Explanation } from "./explain/explanation.ts";
import type { Front, RepositoryContext } from "./repositoryContext.ts";
import type { SuggestionEvents } from "./suggestionEvents.ts";

export interface CompletionProviderOptions {
  engine: Pick<Engine, "base">;
  library: Pick<AdapterLibrary, "active">;
  asking: Asking;
  judgement: Judgement;
  events: SuggestionEvents;
  explanation: Explanation;
  contexts: RepositoryContext;
  configuration: Configuration;
  log: Log;
}

interface Answer {
  readonly front: Front;
  readonly frame: Frame;
  readonly completion: Completion;
  readonly verdict: Verdict;
}

/** Milliseconds that a question waits for the index if nothing would be shown without it, for example while the index is written. */
const longPatience = 2000;

type Provide = vscode.InlineCompletionItemProvider["provideInlineCompletionItems"];

export function registerCompletionProvider(
  options: CompletionProviderOptions,
  subscriptions: vscode.Disposable[],
): void {
  const { engine, library, asking, judgement, events, explanation, contexts, configuration, log } = options;
  const paused = followPauses(options, subscriptions);
  const silent = (document: vscode.TextDocument, position: vscode.Position, reason: Silence): undefined => {
    events.tell({ kind: "silent", at: Date.now(), document: document.uri.toString(), reason });
    explanation.noteSilence({ document, position }, reason);
  };

  const provideInlineCompletionItems: Provide = async (document, position, context, token) => {
    if (!configuration.get("enable") || isExcluded(document, configuration)) return undefined;
    const signal = signalOf(token);
    const startedAt = performance.now();
    const isInvoked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const target = targetAt(document, position, context);
    const question = questionOf(document, target, isInvoked);
    const { cursor, trigger } = question;
    const reason = judgement.mayAsk(question, Date.now());
    if (reason) return silent(document, position, reason);
    const bare = frameOf(document, trigger, configuration);
    asking.enter(placeOf(document.uri)?.folder ?? "");
    const known = asking.known(cursor, bare);
    if (!known && !isInvoked) await paused(document, startedAt);
    if (signal.aborted) return undefined;
    const source = { base: engine.base, adapter: nameOf(library.active) || undefined };
    const answerWith = async (front: Front): Promise<Answer | undefined> => {
      const frame = { ...bare, ...front };
      const completion = known ?? (signal.aborted ? undefined : await asking.ask(cursor, frame, signal));
      if (!completion || signal.aborted) return undefined;
      log.debug(timing(completion, performance.now() - startedAt));
      return { front, frame, completion, verdict: judgement.judge(question, completion, source, Date.now()) };
    };
    let answer = await answerWith(await contexts.of(document, cursor, signal));
    if (answer?.verdict.silence && isLate(answer.front)) {
      // The editor does not ask again while the user waits, and the missing copies may be what there is to suggest.
      const front = await contexts.of(document, cursor, signal, longPatience);
      if (!isLate(front)) answer = await answerWith(front);
    }
    if (!answer) return undefined;
    const { front, frame, completion, verdict } = answer;
    if (verdict.silence) return silent(document, position, verdict.silence);
    const milliseconds = performance.now() - startedAt;
    // "Show next suggestion" asks again while one is on screen.
    const isNext = isInvoked && events.rest === verdict.text;
    const others = isNext ? await asking.alternatives(cursor, frame, verdict.text, signal) : [];
    if (signal.aborted) return undefined;
    const typed = position.character - target.range.start.character;
    const texts = [verdict.text, ...others].map((text) => target.lead + text);
    const { suggestion, command } = events.appeared({
      document: question.document,
      offset: document.offsetAt(position),
      // The editor shows only what the range does not hold yet.
      texts: texts.map((text) => text.slice(typed)),
      facts: { ...source, trigger, confidence: verdict.confidence, milliseconds, tokens: completion.tokens },
    });
    judgement.appeared(suggestion.id, question, verdict.text);
    const { text, confidence } = verdict;
    const request = { ...frame, ...cursor };
    explanation.note({ document, position, request, front, source, completion, text, confidence });
    void completeStep("graft.suggested");
    const frameAt: FrameAt = async (next, signal) => ({ ...bare, ...(await contexts.of(document, next, signal)) });
    if (!isInvoked) void asking.askAhead(cursor, frameAt, verdict.text, indentOf(document));
    return texts.map((text) => new vscode.InlineCompletionItem(text, target.range, command));
  };

  const provider = { provideInlineCompletionItems };
  subscriptions.push(vscode.languages.registerInlineCompletionItemProvider({ language: "python" }, provider));
}

/**
 * Returns a function that waits until the user has paused in a document for a question that began at `startedAt`. A change of the active
 * document cancels what was asked ahead.
 */
function followPauses(
  { asking, configuration }: Pick<CompletionProviderOptions, "asking" | "configuration">,
  subscriptions: vscode.Disposable[],
): (document: vscode.TextDocument, startedAt: number) => Promise<void> {
  /** The time of each document's last change, by performance.now(). */
  const changedAt = new WeakMap<vscode.TextDocument, number>();
  subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      changedAt.set(document, performance.now());
      // Programs write into other documents, such as an output panel, while the user reads a suggestion.
      if (document === vscode.window.activeTextEditor?.document) asking.giveUp();
    }),
  );
  return async (document, startedAt) => {
    // The editor itself waits about 50 ms before it asks, and these count.
    const quiet = startedAt - (changedAt.get(document) ?? -Infinity);
    const pause = configuration.get("completion.debounce") - quiet;
    if (pause > 0) await sleep(pause);
  };
}

interface Target {
  prefix: string;
  suffix: string;
  /** The beginning of the item, before the model's text. */
  lead: string;
  range: vscode.Range;
}

/** Returns the target at the cursor, or after the entry selected in the suggest widget as if the user had accepted it already. */
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

function questionOf(document: vscode.TextDocument, { prefix, suffix }: Target, isInvoked: boolean): Question {
  return {
    document: document.uri.toString(),
    cursor: { prefix, suffix },
    trigger: isInvoked ? "invoked" : "automatic",
    circumstance: circumstanceOf(document),
  };
}

export function frameOf(
  document: vscode.TextDocument,
  trigger: Question["trigger"],
  configuration: Configuration,
): Frame {
  return {
    // An untitled document has no meaningful path.
    ...(!document.isUntitled && {
      path: placeOf(document.uri)?.path ?? vscode.workspace.asRelativePath(document.uri, false),
    }),
    maxTokens: configuration.get("completion.maxTokens"),
    multiline: configuration.get("completion.multiline"),
    trigger,
    quietIn: quietPlacesOf(configuration),
  };
}

/** One level of indentation in the document's editor. */
function indentOf(document: vscode.TextDocument): string {
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const { tabSize = 4, insertSpaces = true } = editor?.options ?? {};
  return insertSpaces === false ? "\t" : " ".repeat(Number(tabSize) || 4);
}

function timing({ tokens, stop, confidence, milliseconds }: Completion, total: number): string {
  const { load, prefill, decode } = milliseconds;
  return (
    `Completion of ${tokens} tokens (${stop}, ${Math.round(100 * confidence)} %) in ${Math.round(total)} ms: ` +
    `load ${Math.round(load)}, prefill ${Math.round(prefill)}, decode ${Math.round(decode)}`
  );
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
