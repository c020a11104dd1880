/** Turns the events of suggestions into records, one for each suggestion. Keeps no text. */

import type { Silence, Suggestion, SuggestionEvent } from "../completion/judgement/suggestionEvent.ts";
import type { Outcome, StatisticsRecord, Subject, SuggestionRecord } from "./record.ts";

/** Silences after a search. The others follow from where the cursor is or what the user did, and say nothing about a model. */
const searched: ReadonlySet<Silence> = new Set(["nothing-found", "unsure", "rejected-here", "typed-over"]);

export type Accepted = Extract<SuggestionEvent, { kind: "accepted" | "partlyAccepted" }>;

export interface TallyOptions {
  /** Returns what makes suggestions at the time of the event. */
  subjectOf: (event: SuggestionEvent) => Subject;
  add: (record: StatisticsRecord) => void;
  /** Called for each accepted text, with what made it. */
  accepted: (event: Accepted, subject: Subject) => void;
}

export interface Tally {
  receive(event: SuggestionEvent): void;
  /** Ends the suggestion on screen, because the window closes or the statistics are switched off. */
  end(at: number): void;
}

interface Course {
  readonly suggestion: Suggestion;
  readonly subject: Subject;
  read: boolean;
  typed: number;
  acceptedCharacters: number;
  acceptances: number;
  isWhole: boolean;
}

export function tallySuggestions({ subjectOf, add, accepted }: TallyOptions): Tally {
  let course: Course | undefined;

  const end = (at: number): void => {
    if (course) add(recordOf(course, at));
    course = undefined;
  };

  return {
    receive: (event) => {
      if (event.kind === "silent") {
        if (searched.has(event.reason)) add({ kind: "silence", at: event.at, ...subjectOf(event), times: 1 });
        return;
      }
      const { suggestion, at } = event;
      if (course?.suggestion.id !== suggestion.id) {
        end(at);
        if (event.kind !== "shown") return;
        const subject = subjectOf(event);
        course = { suggestion, subject, read: false, typed: 0, acceptedCharacters: 0, acceptances: 0, isWhole: false };
        return;
      }
      if (event.kind === "read") course.read = true;
      if (event.kind === "typedAlong") course.typed += event.characters;
      if (event.kind === "partlyAccepted" || event.kind === "accepted") {
        course.acceptedCharacters += event.characters;
        course.acceptances++;
        course.isWhole = event.kind === "accepted";
        accepted(event, course.subject);
      }
      if (endings.has(event.kind)) end(at);
    },
    end,
  };
}

const endings: ReadonlySet<SuggestionEvent["kind"]> = new Set(["accepted", "typedOut", "rejected", "ignored"]);

function recordOf(course: Course, at: number): SuggestionRecord {
  const { suggestion, subject, acceptedCharacters, acceptances } = course;
  return {
    kind: "suggestion",
    at,
    ...subject,
    outcome: outcomeOf(course),
    read: course.read || acceptances > 0,
    characters: suggestion.text.length,
    acceptedCharacters,
    acceptances,
    milliseconds: Math.round(suggestion.facts.milliseconds),
  };
}

function outcomeOf({ suggestion: { text }, isWhole, acceptances, typed }: Course): Outcome {
  if (acceptances > 0) return isWhole ? "accepted" : "partly";
  // Few people type out a whole block; its first line shows that the suggestion was right.
  const [firstLine = ""] = text.trimStart().split("\n", 1);
  const end = text.length - text.trimStart().length + firstLine.length;
  return typed > 0 && typed >= end ? "typedOut" : "passed";
}
