/** What the editor does between an answer and the next key: the suggestion after this one, and a newer context. */

import { isCancelled } from "../../foundation/errors.ts";
import { cursorsAhead } from "../../completion/judgement/cursorsAhead.ts";
import type { Cursor } from "../../completion/stop.ts";
import type { TimeLeft, TypedDocument } from "./suggester.ts";

export interface Ahead {
  isKnown(cursor: Cursor): boolean;
  complete(document: TypedDocument, cursor: Cursor, signal: AbortSignal): Promise<void>;
  /** Takes the author's edits, chooses the context anew, and reads the prompt if the context has changed. */
  prepare(document: TypedDocument, cursor: Cursor, signal: AbortSignal): Promise<void>;
}

export interface Pause {
  readonly document: TypedDocument;
  readonly cursor: Cursor;
  /** The suggestion on screen; empty if nothing follows it. */
  readonly shown: string;
  readonly left: TimeLeft;
}

/** The time on screen after which the editor asks ahead, in milliseconds. */
const beforeAhead = 250;
/** The quiet time after which it chooses the context anew, in milliseconds. */
const beforeContext = 500;
const indent = "    ";

/** @throws the reason of the caller's signal once it is aborted */
export async function whilePausing(ahead: Ahead, { document, cursor, shown, left }: Pause): Promise<void> {
  const { milliseconds, answerTime, signal } = left;
  if (milliseconds <= beforeAhead) return;
  const allowed = milliseconds - beforeAhead;
  const late = answerTime === undefined ? AbortSignal.timeout(Math.ceil(allowed)) : new AbortController().signal;
  const hurry = signal ? AbortSignal.any([signal, late]) : late;
  try {
    const next = shown === "" ? [] : cursorsAhead(cursor, shown, indent).filter((each) => !ahead.isKnown(each));
    for (const [i, each] of next.entries()) {
      if (answerTime !== undefined && (i + 1) * answerTime >= allowed) break;
      await ahead.complete(document, each, hurry);
    }
    if (milliseconds > beforeContext) await ahead.prepare(document, cursor, hurry);
  } catch (error) {
    signal?.throwIfAborted();
    if (late.aborted && (isCancelled(error) || error === late.reason)) return;
    throw error;
  }
}
