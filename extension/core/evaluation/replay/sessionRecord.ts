/** The counts of a replayed session. */

import type { Silence } from "../../completion/judgement/suggestionEvent.ts";
import type { TypedSpan } from "./drawSpans.ts";
import type { EngineCost } from "./suggester.ts";
import { keysFor } from "./typist.ts";

export interface SessionRecord {
  /** "path:line" */
  readonly id: string;
  /** The length of the author's text. */
  readonly characters: number;
  /** Keys that the text takes without suggestions and typos. */
  readonly plainKeys: number;
  /** Keys pressed, including those that accept suggestions. */
  keystrokes: number;
  /** Milliseconds that the author took. */
  milliseconds: number;
  /** Pauses without suggestion, by the reason. */
  readonly silences: Partial<Record<Silence, number>>;
  /** Pauses in which the editor stayed silent without asking. */
  quiet: number;
  /** Pauses in which it asked. */
  requests: number;
  /** Answers that came too late. */
  cancelled: number;
  /** Answers in time without text. */
  silent: number;
  /** Different suggestions on screen; typing along one adds none. */
  shown: number;
  /** For each shown suggestion, the estimated chance, and whether the author went on to write all of it. */
  readonly confidences: { readonly confidence: number; readonly isRight: boolean }[];
  /** Suggestions that, when they appeared, matched what the author went on to write: as a whole, or only in their first lines. */
  exact: number;
  prefix: number;
  acceptedWhole: number;
  acceptedInPart: number;
  /** Characters that were accepted instead of typed. */
  accepted: number;
  cost: EngineCost;
  /** Milliseconds from request to answer, for answers in time: those that the model computed, and those without a run. */
  readonly computed: number[];
  readonly remembered: number[];
}

export function emptySession({ file, start, end }: TypedSpan): SessionRecord {
  const text = file.text.slice(start, end);
  return {
    id: `${file.path}:${file.text.slice(0, start).split("\n").length}`,
    characters: text.length,
    plainKeys: keysFor(text),
    keystrokes: 0,
    milliseconds: 0,
    silences: {},
    quiet: 0,
    requests: 0,
    cancelled: 0,
    silent: 0,
    shown: 0,
    confidences: [],
    exact: 0,
    prefix: 0,
    acceptedWhole: 0,
    acceptedInPart: 0,
    accepted: 0,
    cost: { prefilled: 0, decoded: 0, runs: 0, written: 0, milliseconds: 0 },
    computed: [],
    remembered: [],
  };
}
