/**
 * The interface of a completion engine to a replay: an editor's questions, and the events that it reports. All times are those of the
 * virtual clock.
 */

import type { Silence } from "../../completion/judgement/suggestionEvent.ts";
import type { SourceFile } from "../suites/heldOut.ts";

/** A file with a cursor in it. */
export interface TypedDocument {
  /** Relative to its project. */
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** What a model has computed so far. */
export interface EngineCost {
  /** Tokens read before the first new token: what the prompt does not share with the last one. */
  readonly prefilled: number;
  /** Tokens read after it, drafts included. */
  readonly decoded: number;
  /** Runs that read them. */
  readonly runs: number;
  /** Tokens of finished completions. */
  readonly written: number;
  /** Milliseconds of finished completions from their first token on. */
  readonly milliseconds: number;
}

/** A replacement in the file that the author types in. */
export interface Edit {
  readonly path: string;
  readonly offset: number;
  readonly deleted: number;
  readonly text: string;
}

/** The answer to a question: ghost text, or the reason for silence. */
export interface Answer {
  /** Empty if nothing is shown. */
  readonly text: string;
  /** The estimated chance that the author keeps the text, from 0 to 1. */
  readonly confidence: number;
  readonly silence: Silence | null;
}

export interface Suggester {
  /** The author opens a file. */
  enter(file: SourceFile): void;
  /** Returns why the editor would not ask here, or null. */
  mayAsk(document: TypedDocument, at: number): Silence | null;
  /**
   * Asks as the editor does in a pause of typing.
   *
   * @throws the signal's reason once it is aborted
   */
  suggest(document: TypedDocument, at: number, signal: AbortSignal): Promise<Answer>;
  /** The text has appeared on screen. */
  appeared(document: TypedDocument, text: string, at: number): void;
  edited(edit: Edit, at: number): void;
  /** Does what the editor does while the author pauses, until the time is over. */
  workAhead(document: TypedDocument, shown: string, left: TimeLeft): Promise<void>;
  /** The author leaves the file as it was. */
  leave(): void;
  /** Returns the cost of everything so far, of cancelled requests, too. */
  spent(): EngineCost;
  release(): Promise<void>;
}

/** The time until the next key. */
export interface TimeLeft {
  readonly milliseconds: number;
  /** The time of an answer, if it is not measured. */
  readonly answerTime: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const columns = ["prefilled", "decoded", "runs", "written", "milliseconds"] as const;

export function costSince(before: EngineCost, now: EngineCost): EngineCost {
  return Object.fromEntries(columns.map((name) => [name, now[name] - before[name]])) as unknown as EngineCost;
}
