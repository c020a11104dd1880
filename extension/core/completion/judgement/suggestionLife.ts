/**
 * Follows the suggestion on screen through the edits of its document, and reports what became of it. Editors tell
 * extensions when a whole suggestion is accepted, but not when a part is accepted or one is rejected; the edits show that.
 */

import {
  readAfter,
  type Ending,
  type Suggestion,
  type SuggestionEvent,
  type SuggestionFacts,
} from "./suggestionEvent.ts";

/** One replacement in a document. Several of one edit are ordered from the end of the document. */
export interface Change {
  readonly offset: number;
  /** The number of characters that the text replaces. */
  readonly deleted: number;
  readonly text: string;
}

/** A suggestion that appears. */
export interface Appearance {
  readonly document: string;
  /** The offset of the cursor. */
  readonly offset: number;
  /** The text after the cursor, and the alternatives among which the user can switch; the first is on screen. */
  readonly texts: readonly string[];
  readonly facts: SuggestionFacts;
}

export interface SuggestionLife {
  /** Returns the suggestion: the one on screen if its rest appears again, otherwise a new one. */
  appeared(appearance: Appearance, at: number): Suggestion;
  /** @param isUndo the changes are an undo or a redo */
  changed(document: string, changes: readonly Change[], at: number, isUndo?: boolean): void;
  /** The cursor is at `offset`, or the document is no longer the active one. */
  moved(document: string, offset: number, at: number): void;
  /** The editor says that the rest was accepted. */
  accepted(id: number, at: number): void;
  /** The rest of the suggestion on screen. */
  readonly rest: string | undefined;
}

interface Living {
  readonly suggestion: Suggestion;
  readonly shownAt: number;
  /** The offset of the suggestion, which edits above it move. */
  start: number;
  /** The text written there since; lines end with "\n". */
  written: string;
  /** The length of `written` in the document, where lines may end with "\r\n". */
  length: number;
  /** The texts that begin with `written`. */
  texts: readonly string[];
  isRead: boolean;
  changedAt: number;
}

/** In milliseconds. Editors report the cursor after the text: while the user types fast, they report places before the last characters. */
const cursorDelay = 50;

export function followSuggestions(tell: (event: SuggestionEvent) => void): SuggestionLife {
  let living: Living | undefined;
  let lastId = 0;

  const tellOfReading = (one: Living, at: number): void => {
    if (one.isRead || at - one.shownAt < readAfter) return;
    one.isRead = true;
    tell({ kind: "read", suggestion: one.suggestion, at: one.shownAt + readAfter });
  };
  const end = (by: Ending, at: number): void => {
    const one = living;
    if (!one) return;
    living = undefined;
    tellOfReading(one, at);
    const isRejected = one.isRead && by !== "undoing";
    tell({ kind: isRejected ? "rejected" : "ignored", suggestion: one.suggestion, by, at });
  };

  const grow = (one: Living, growth: Growth, change: Change, at: number): void => {
    Object.assign(one, { ...growth, changedAt: at });
    const { typed: characters } = growth;
    if (characters === 0) return;
    tellOfReading(one, at);
    const { suggestion } = one;
    const isWhole = one.texts[0] === one.written;
    // When the editor inserts the whole suggestion, it can also replace what was typed.
    const isAtOnce = growth.isAtOnce || (isWhole && characters > 1);
    if (isWhole) living = undefined;
    const place = { start: change.offset, end: change.offset + change.text.length };
    if (isAtOnce) tell({ kind: isWhole ? "accepted" : "partlyAccepted", suggestion, characters, place, at });
    else {
      tell({ kind: "typedAlong", suggestion, characters, at });
      if (isWhole) tell({ kind: "typedOut", suggestion, at });
    }
  };

  return {
    appeared: ({ document, offset, texts, facts }, at) => {
      if (living && isRestOf(living, { document, offset, text: texts[0]! })) {
        const { written } = living;
        living.texts = texts.map((text) => written + text);
        return living.suggestion;
      }
      end("replacing", at);
      const suggestion = { id: ++lastId, document, offset, text: texts[0]!, facts };
      living = { suggestion, shownAt: at, start: offset, written: "", length: 0, texts, isRead: false, changedAt: at };
      tell({ kind: "shown", suggestion, at });
      return suggestion;
    },
    changed: (document, changes, at, isUndo = false) => {
      for (const change of changes) {
        if (living?.suggestion.document !== document) return;
        const { start, length } = living;
        if (change.offset > start + length) continue;
        if (change.offset + change.deleted < start) living.start += change.text.length - change.deleted;
        else {
          const growth = growthBy(living, change);
          if (typeof growth !== "string") grow(living, growth, change, at);
          else end(isUndo ? "undoing" : growth, at);
        }
      }
    },
    moved: (document, offset, at) => {
      if (living && !isAt(living, document, offset, at)) end("moving", at);
    },
    accepted: (id, at) => {
      const one = living;
      if (one?.suggestion.id !== id) return;
      living = undefined;
      tellOfReading(one, at);
      const place = { start: one.start + one.length, end: one.start + one.texts[0]!.length };
      const characters = one.texts[0]!.length - one.written.length;
      tell({ kind: "accepted", suggestion: one.suggestion, characters, place, at });
    },
    get rest() {
      return living?.texts[0]?.slice(living.written.length);
    },
  };
}

/** Whether the cursor is where the suggestion continues, or was there before the last characters. */
function isAt({ suggestion, start, length, changedAt }: Living, document: string, offset: number, at: number): boolean {
  if (suggestion.document !== document || offset < start || offset > start + length) return false;
  return offset === start + length || at - changedAt < cursorDelay;
}

interface Growth extends Pick<Living, "written" | "length" | "texts"> {
  /** The number of new characters. */
  readonly typed: number;
  /** Whether the editor inserted them, rather than a keystroke. */
  readonly isAtOnce: boolean;
}

/** Returns what a change at the suggestion's place adds to the text written there, or how it ends the suggestion. */
function growthBy({ start, length, written, texts }: Living, { offset, deleted, text }: Change): Growth | Ending {
  if (offset < start) return text === "" ? "deleting" : "typing";
  const from = Math.max(0, written.length - (start + length - offset));
  // Text that is deleted after the written text is typed over.
  const overwritten = Math.min(deleted, written.length - from);
  const withInserted = (inserted: string): string =>
    written.slice(0, from) + inserted.replaceAll("\r\n", "\n") + written.slice(from + overwritten);
  const grows = (inserted: string): boolean => texts.some((each) => each.startsWith(withInserted(inserted)));
  // The editor closes a typed bracket or quote after the cursor, even if the suggestion is just that pair.
  const isPair = /^(?:\(\)|\[\]|\{\}|""|'')$/.test(text);
  const inserted = isPair ? text.slice(0, 1) : text;
  const now = withInserted(inserted);
  if (now.length < written.length) return "deleting";
  if (!grows(inserted)) return "typing";
  const isAtOnce = deleted === 0 && inserted.trim().length > 1;
  return {
    written: now,
    length: length + inserted.length - overwritten,
    texts: texts.filter((each) => each.startsWith(now)),
    typed: now.length - written.length,
    isAtOnce,
  };
}

function isRestOf(
  { suggestion, start, length, written, texts }: Living,
  { document, offset, text }: { document: string; offset: number; text: string },
): boolean {
  if (suggestion.document !== document || start + length !== offset) return false;
  const rest = texts[0]!.slice(written.length);
  return rest.startsWith(text) || text.startsWith(rest);
}
