/**
 * Watches accepted texts: follows each through the edits of its document, and checks after 30 seconds, 2 and 10 minutes whether it
 * is still there. Reads texts through the caller, and stores none.
 */

import type { Stretch } from "../completion/judgement/suggestionEvent.ts";
import { keptTimes, type KeptRecord, type KeptTime, type Subject } from "./record.ts";
import { isKept, rangeAfter, type TextChange } from "./retention.ts";

/** Returns the text of a stretch; undefined if the document is closed. */
export type TextAt = (document: string, place: Stretch) => string | undefined;

export interface Acceptance {
  /** Id of the suggestion. Its later parts continue it. */
  readonly id: number;
  readonly document: string;
  /** The version of the document that contains the text. */
  readonly version: number;
  readonly place: Stretch;
  readonly at: number;
  readonly subject: Subject;
}

export interface AcceptedTexts {
  accepted(acceptance: Acceptance): void;
  /** The document has reached `version` through these changes. */
  changed(document: string, version: number, changes: readonly TextChange[]): void;
  closed(document: string): void;
  /** Runs the checks that are due. */
  check(at: number): KeptRecord[];
  /** The time of the next check. */
  readonly nextAt: number | undefined;
  clear(): void;
}

interface Watched extends Acceptance {
  text: string;
  place: Stretch;
  /** The checks to come, in order. */
  due: readonly KeptTime[];
}

/** If there are more, the oldest are dropped, and their later checks do not count. */
const mostWatched = 500;

/** A check that is late by more than this share of its time, for example after the machine slept, does not count. */
const lateness = 0.5;

export function watchAcceptedTexts(textAt: TextAt): AcceptedTexts {
  let watched: Watched[] = [];
  const dueAt = ({ at, due }: Watched): number => (due[0] === undefined ? Infinity : at + due[0] * 1000);

  const checked = (one: Watched, now: number): KeptRecord[] => {
    const after = one.due[0];
    if (after === undefined || dueAt(one) > now) return [];
    const isLate = now - dueAt(one) > lateness * after * 1000;
    one.due = one.due.slice(1);
    const text = isLate ? undefined : textAt(one.document, one.place);
    const records = text === undefined ? [] : [recordOf(one, { after, kept: isKept(one.text, text), at: now })];
    return [...records, ...checked(one, now)];
  };

  return {
    accepted: (acceptance) => {
      const { document, place } = acceptance;
      const earlier = watched.find((one) => continues(one, acceptance));
      const whole = earlier ? { start: earlier.place.start, end: place.end } : place;
      const text = textAt(document, whole);
      if (text === undefined) return;
      watched = watched.filter((one) => one !== earlier);
      watched.push({ ...acceptance, place: whole, text, due: keptTimes });
      watched = watched.slice(-mostWatched);
    },
    changed: (document, version, changes) => {
      for (const one of watched) {
        // The change that inserted the text may be reported after the acceptance.
        if (one.document !== document || one.version >= version) continue;
        for (const change of changes) one.place = rangeAfter(one.place, change, one.text);
      }
    },
    closed: (document) => {
      watched = watched.filter((one) => one.document !== document);
    },
    check: (at) => {
      const records = watched.flatMap((one) => checked(one, at));
      watched = watched.filter(({ due }) => due.length > 0);
      return records;
    },
    get nextAt() {
      return watched.length === 0 ? undefined : Math.min(...watched.map(dueAt));
    },
    clear: () => {
      watched = [];
    },
  };
}

/** Whether an acceptance takes the next part of a suggestion whose earlier part is watched. */
function continues(earlier: Watched, { id, document, place }: Acceptance): boolean {
  const isSame = earlier.id === id && earlier.document === document;
  return isSame && earlier.due.length === keptTimes.length && place.start >= earlier.place.start;
}

function recordOf({ subject }: Watched, check: Pick<KeptRecord, "after" | "kept" | "at">): KeptRecord {
  return { kind: "kept", ...subject, ...check };
}
