/**
 * Replays one typing session on a virtual clock. The author's pauses take no real time; the engine's answers count with the time that they
 * really took. An answer is shown if it arrives before the next key, which would cancel it in the editor.
 */

import { isCancelled } from "../../foundation/errors.ts";
import type { Silence } from "../../completion/judgement/suggestionEvent.ts";
import { acceptable, type Acceptance } from "./acceptance.ts";
import type { TypedSpan } from "./drawSpans.ts";
import { emptySession, type SessionRecord } from "./sessionRecord.ts";
import { costSince, type Answer, type EngineCost, type Suggester, type TypedDocument } from "./suggester.ts";
import type { Typist } from "./typist.ts";

export interface SessionOptions {
  readonly typist: Typist;
  readonly suggester: Suggester;
  /** The time at which the author opens the file, in milliseconds. */
  readonly startedAt: number;
  /** The quiet time before the editor asks, in milliseconds. */
  readonly pause: number;
  /** The time on screen before the author accepts a right suggestion, in milliseconds. */
  readonly reading: number;
  /** The time of every answer in milliseconds; measured unless given. */
  readonly answerTime: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Ghost text on screen. */
interface Shown {
  readonly text: string;
  /** When it appeared; typing along it changes nothing. */
  readonly since: number;
  /** When it was last shown, possibly without the part already typed; the author cannot accept it before. */
  readonly at: number;
}

interface State {
  now: number;
  /** The author's text that is in the document, and the text yet to come. */
  typed: string;
  rest: string;
  /** A wrong letter before the cursor. */
  wrong: string;
  shown: Shown | undefined;
}

/** @throws the signal's reason once it is aborted */
export async function replaySession(span: TypedSpan, options: SessionOptions): Promise<SessionRecord> {
  const { file, start, end } = span;
  const { suggester, startedAt } = options;
  const record = emptySession(span);
  const state: State = { now: startedAt, typed: "", rest: file.text.slice(start, end), wrong: "", shown: undefined };
  const before = suggester.spent();
  suggester.enter(file);
  // The editor asks only after a change.
  let hasChanged = false;
  while (state.rest !== "" || state.wrong !== "") {
    options.signal?.throwIfAborted();
    const key = options.typist.next(state.typed, state.rest);
    const pressedAt = state.now + key.delay;
    const offset = start + state.typed.length + state.wrong.length;
    const answeredAt = hasChanged ? await ask(span, state, pressedAt, record, options) : undefined;
    const accepted = acceptedBefore(pressedAt, state, options.reading);
    if (answeredAt !== undefined) {
      const milliseconds = (accepted?.at ?? pressedAt) - answeredAt;
      const left = { milliseconds, answerTime: options.answerTime, signal: options.signal };
      await suggester.workAhead(documentOf(span, state), state.shown?.text ?? "", left);
    }
    if (accepted) accept(state, accepted, record);
    else press(state, key.text, pressedAt, record);
    const text = accepted?.text ?? key.text;
    const isBackspace = text === "";
    const edit = { path: file.path, offset: isBackspace ? offset - 1 : offset, deleted: isBackspace ? 1 : 0, text };
    suggester.edited(edit, state.now);
    hasChanged = true;
  }
  suggester.leave();
  record.cost = costSince(before, suggester.spent());
  record.milliseconds = state.now - startedAt;
  return record;
}

function documentOf({ file, start, end }: TypedSpan, { typed, wrong }: State): TypedDocument {
  return { path: file.path, prefix: file.text.slice(0, start) + typed + wrong, suffix: file.text.slice(end) };
}

/**
 * Asks for a completion after the pause, and shows it if it arrives before the next key. Returns the time of its arrival;
 * undefined if there is none before the next key.
 */
async function ask(
  span: TypedSpan,
  state: State,
  pressedAt: number,
  record: SessionRecord,
  { suggester, pause, answerTime, signal }: SessionOptions,
): Promise<number | undefined> {
  const askedAt = state.now + pause;
  const patience = pressedAt - askedAt;
  if (patience <= 0) return undefined;
  const document = documentOf(span, state);
  const reason = suggester.mayAsk(document, askedAt);
  if (reason !== null) {
    record.quiet++;
    countSilence(reason, record);
    state.shown = undefined;
    return askedAt;
  }
  record.requests++;
  const runs = tokensOf(suggester.spent());
  const suggest = (hurry: AbortSignal): Promise<Answer> => suggester.suggest(document, askedAt, hurry);
  const answer = await answerWithin(patience, answerTime, suggest, signal);
  if (!answer) {
    record.cancelled++;
    return undefined;
  }
  const { milliseconds } = answer;
  (tokensOf(suggester.spent()) > runs ? record.computed : record.remembered).push(milliseconds);
  const at = askedAt + milliseconds;
  show(document, answer.answer, at, { state, record, suggester });
  return at;
}

function tokensOf({ prefilled, decoded }: EngineCost): number {
  return prefilled + decoded;
}

function show(
  document: TypedDocument,
  { text, confidence, silence }: Answer,
  at: number,
  {
    state,
    record,
    suggester,
  }: { readonly state: State; readonly record: SessionRecord; readonly suggester: Suggester },
): void {
  if (text === "") {
    record.silent++;
    countSilence(silence ?? "nothing-found", record);
    state.shown = undefined;
    return;
  }
  const isSame = state.shown?.text === text;
  state.shown = { text, since: isSame ? state.shown!.since : at, at };
  suggester.appeared(document, text, at);
  if (isSame) return;
  record.shown++;
  const right = state.wrong === "" ? acceptable(text, state.rest)?.kind : undefined;
  if (right === "exact") record.exact++;
  if (right === "prefix") record.prefix++;
  record.confidences.push({ confidence, isRight: right === "exact" });
}

function countSilence(reason: Silence, { silences }: SessionRecord): void {
  silences[reason] = (silences[reason] ?? 0) + 1;
}

/** Returns undefined if the answer would come too late. */
async function answerWithin(
  patience: number,
  answerTime: number | undefined,
  suggest: (hurry: AbortSignal) => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<{ answer: Answer; milliseconds: number } | undefined> {
  if (answerTime !== undefined) {
    if (answerTime >= patience) return undefined;
    return { answer: await suggest(signal ?? new AbortController().signal), milliseconds: answerTime };
  }
  const late = AbortSignal.timeout(Math.ceil(patience));
  const startedAt = performance.now();
  try {
    const answer = await suggest(signal ? AbortSignal.any([signal, late]) : late);
    const milliseconds = performance.now() - startedAt;
    return milliseconds < patience ? { answer, milliseconds } : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (late.aborted && (isCancelled(error) || error === late.reason)) return undefined;
    throw error;
  }
}

/** Returns what the author accepts before the next key, if anything: a right suggestion that was on screen long enough. */
function acceptedBefore(
  pressedAt: number,
  { shown, rest, wrong }: State,
  reading: number,
): (Acceptance & { readonly at: number }) | undefined {
  if (!shown || wrong !== "") return undefined;
  const at = Math.max(shown.at, shown.since + reading);
  if (at >= pressedAt) return undefined;
  const right = acceptable(shown.text, rest);
  return right && { ...right, at };
}

function accept(
  state: State,
  { text, keys, kind, at }: Acceptance & { readonly at: number },
  record: SessionRecord,
): void {
  record.keystrokes += keys;
  record.accepted += text.length;
  if (kind === "exact") record.acceptedWhole++;
  else record.acceptedInPart++;
  state.typed += text;
  state.rest = state.rest.slice(text.length);
  state.shown = undefined;
  state.now = at;
}

function press(state: State, text: string, pressedAt: number, record: SessionRecord): void {
  record.keystrokes++;
  state.now = pressedAt;
  if (text === "") state.wrong = "";
  else if (state.rest.startsWith(text)) {
    state.typed += text;
    state.rest = state.rest.slice(text.length);
  } else state.wrong = text;
  const { shown } = state;
  const isAlong = shown !== undefined && text !== "" && shown.text.startsWith(text) && shown.text.length > text.length;
  state.shown = isAlong ? { ...shown, text: shown.text.slice(text.length) } : undefined;
}
