/** The events in the life of a suggestion, from the moment it appears until it is accepted or disappears. */

/** The circumstances of a suggestion. They do not change while it lives. */
export interface SuggestionFacts {
  readonly base: string;
  /** The names of the active adapters; undefined for the base alone. */
  readonly adapter: string | undefined;
  readonly trigger: "automatic" | "invoked";
  /** The estimated chance of being kept, from 0 to 1. */
  readonly confidence: number;
  /** The time from the editor's question to the answer. */
  readonly milliseconds: number;
  /** Generated tokens; 0 for a suggestion that was known already. */
  readonly tokens: number;
}

export interface Suggestion {
  /** Unique in the window. */
  readonly id: number;
  /** The document's URI. */
  readonly document: string;
  /** The offset of the cursor when the suggestion appeared, in UTF-16 units of the document. */
  readonly offset: number;
  /** The text to insert there; lines end with "\n". */
  readonly text: string;
  readonly facts: SuggestionFacts;
}

/** A stretch of a document, in UTF-16 units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What ended a suggestion: other text, a deletion, an undo or redo, the cursor's leaving, or another suggestion. */
export type Ending = "typing" | "deleting" | "undoing" | "moving" | "replacing";

/** Why no suggestion appeared. */
export type Silence =
  | "snoozed"
  | "deleting"
  | "rejections"
  | "several-cursors"
  | "code-follows"
  | "comment"
  | "string"
  | "too-little"
  | "rejected-here"
  | "typed-over"
  | "unsure"
  | "nothing-found";

/** `at` is a time in milliseconds. */
export type SuggestionEvent =
  | ({ readonly at: number; readonly suggestion: Suggestion } & (
      | { readonly kind: "shown" }
      /** It was on screen for {@link readAfter}. Reported right before the next event. */
      | { readonly kind: "read" }
      /** The user typed its next characters. */
      | { readonly kind: "typedAlong"; readonly characters: number }
      /** "Accept next word" or "accept next line". The suggestion lives on. */
      | { readonly kind: "partlyAccepted"; readonly characters: number; readonly place: Stretch }
      /** The rest was accepted at once. Ends the suggestion, as all kinds below do. */
      | { readonly kind: "accepted"; readonly characters: number; readonly place: Stretch }
      /** The user typed all of it. */
      | { readonly kind: "typedOut" }
      /** It disappeared after it was read, but not by an undo, which is about the user's own text. */
      | { readonly kind: "rejected"; readonly by: Ending }
      /** It disappeared without a verdict of the user. */
      | { readonly kind: "ignored"; readonly by: Ending }
    ))
  | { readonly kind: "silent"; readonly at: number; readonly document: string; readonly reason: Silence };

/** The time on screen after which a suggestion counts as read, in milliseconds. */
export const readAfter = 750;
