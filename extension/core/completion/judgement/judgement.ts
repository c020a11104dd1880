/**
 * Decides when to ask for a completion, and how much of it to show, if anything. It learns from the events of the
 * suggestions. It is independent of clock and editor, so a replay of typing gives the same decisions as the editor.
 */

import type { Completion } from "../result/completion.ts";
import type { Cursor } from "../stop.ts";
import { reasonNotToAsk, type QuietPlace } from "../trigger.ts";
import { habitAfter, habitAt, habitual, keptShare, noHabit, type Habit } from "./habit.ts";
import { rememberRejections } from "./rejections.ts";
import { shownPart } from "./shownPart.ts";
import type { Silence, Suggestion, SuggestionEvent } from "./suggestionEvent.ts";
import type { Change } from "./suggestionLife.ts";

/** A place where a completion could appear. */
export interface Question {
  /** The document's URI. */
  readonly document: string;
  readonly cursor: Cursor;
  readonly trigger: "automatic" | "invoked";
  /** Reasons that only the editor knows: a setting, several cursors. */
  readonly circumstance?: Silence | undefined;
}

/** The text to show, with its confidence; or the reason for silence. */
export type Verdict =
  | { readonly text: string; readonly confidence: number; readonly silence: null }
  | { readonly silence: Silence };

/** Whose suggestions a habit is about. */
export interface Source {
  readonly base: string;
  readonly adapter: string | undefined;
}

/** A store of habits. */
export interface HabitMemory {
  get(source: Source): Habit | undefined;
  set(source: Source, habit: Habit): void;
}

export interface Judgement {
  /** Returns why not to ask, or null. Never silences what the user invokes. */
  readonly mayAsk: (question: Question, at: number) => Silence | null;
  judge(question: Question, completion: Completion, source: Source, at: number): Verdict;
  /**
   * `text` is on screen at the cursor of the question: a suggestion, or what is left of one that the user has begun
   * to type.
   */
  appeared(id: Suggestion["id"], question: Question, text: string): void;
  /** The user edited a document. */
  readonly changed: (document: string, changes: readonly Change[]) => void;
  readonly told: (event: SuggestionEvent) => void;
  /** Stays silent until this time; a time in the past ends the silence. */
  readonly snooze: (until: number) => void;
  readonly snoozedUntil: number;
}

export interface JudgementOptions {
  readonly quietIn: () => readonly QuietPlace[];
  readonly habits?: HabitMemory;
}

export function openJudgement({ quietIn, habits = forgetful() }: JudgementOptions): Judgement {
  const rejections = rememberRejections();
  /** The document in which the last edit only deleted. */
  let deletingIn: string | undefined;
  let snoozedUntil = -Infinity;
  const habitOf = (source: Source, at: number): Habit => habitAt(habits.get(source) ?? noHabit, at);

  return {
    mayAsk: ({ document, cursor: { prefix, suffix }, trigger, circumstance }, at) => {
      if (trigger === "invoked") return null;
      if (circumstance) return circumstance;
      if (at < snoozedUntil) return "snoozed";
      if (deletingIn === document) return "deleting";
      if (rejections.isSilent(at)) return "rejections";
      return reasonNotToAsk(prefix, suffix, quietIn());
    },
    judge: ({ document, cursor, trigger }, completion, source, at) => {
      if (completion.text === "") return { silence: "nothing-found" };
      const habit = habitOf(source, at);
      if (trigger === "invoked") {
        const { text, confidence } = completion;
        return { text, confidence: habitual(confidence, habit), silence: null };
      }
      const part = shownPart(completion);
      const confidence = habitual(part.confidence, habit);
      if (confidence < completion.leastConfidence) return { silence: "unsure" };
      const silence = rejections.reasonAgainst(document, cursor, part.text, at);
      if (silence) return { silence };
      return { text: part.text, confidence, silence: null };
    },
    appeared: (id, { document, cursor }, text) => rejections.appeared(id, document, cursor, text),
    changed: (document, changes) => {
      if (changes.length === 0) return;
      const onlyDeletes = changes.every(({ deleted, text }) => deleted > 0 && text === "");
      if (onlyDeletes) deletingIn = document;
      else if (deletingIn === document) deletingIn = undefined;
    },
    told: (event) => {
      rejections.told(event);
      const kept = keptShare(event);
      if (kept === undefined || event.kind === "silent") return;
      const { facts } = event.suggestion;
      habits.set(facts, habitAfter(habits.get(facts) ?? noHabit, { confidence: facts.confidence, kept }, event.at));
    },
    snooze: (until) => {
      snoozedUntil = until;
    },
    get snoozedUntil() {
      return snoozedUntil;
    },
  };
}

function forgetful(): HabitMemory {
  const known = new Map<string, Habit>();
  const keyOf = ({ base, adapter }: Source): string => JSON.stringify([base, adapter]);
  return { get: (source) => known.get(keyOf(source)), set: (source, habit) => known.set(keyOf(source), habit) };
}
