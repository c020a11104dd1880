/** Remembers rejections: the texts that were rejected at a place, the lines that were typed over, and how many rejections came in a row. */

import { LRUCache } from "lru-cache";
import type { Cursor } from "../stop.ts";
import type { Silence, SuggestionEvent } from "./suggestionEvent.ts";

export interface Rejections {
  /** Why the user does not want the first line of `text` here: rejected at this place, or typed over again and again in this document. */
  reasonAgainst(document: string, cursor: Cursor, text: string, at: number): Silence | undefined;
  /** Whether the user wants quiet after several rejections in a row. */
  isSilent(at: number): boolean;
  /** Reports where a suggestion is on screen now, and what is left of it there. */
  appeared(id: number, document: string, cursor: Cursor, text: string): void;
  told(event: SuggestionEvent): void;
}

/** The number of rejections in a row that change nothing. */
const tolerated = 2;
/** The first silence in milliseconds. Each further rejection doubles it, up to the longest. */
const [firstSilence, longestSilence] = [5_000, 20_000];
/** A line that was typed over this many times is not offered in its document for this many milliseconds. */
const [tooOften, whileTypedOver] = [2, 600_000];
const remembered = 200;

/** A line as the suggestion would have completed it. */
interface Refused {
  readonly before: string;
  readonly line: string;
}

interface Place {
  /** The document and the line above. */
  readonly key: string;
  /** The document and the line, however it is indented. */
  readonly lineKey: string;
  readonly refused: Refused;
}

interface TypedOver {
  readonly times: number;
  readonly at: number;
  /** The most characters of the line that were already there, without its indentation. */
  readonly before: number;
}

export function rememberRejections(): Rejections {
  const refused = new LRUCache<string, Refused[]>({ max: remembered });
  const typedOver = new LRUCache<string, TypedOver>({ max: remembered });
  const places = new LRUCache<number, Place>({ max: remembered });
  let inARow = 0;
  let silentUntil = -Infinity;
  const refuse = (id: number): void => {
    const place = places.get(id);
    if (place) refused.set(place.key, [...(refused.get(place.key) ?? []), place.refused]);
  };
  const typeOver = (id: number, at: number): void => {
    const place = places.get(id);
    if (!place) return;
    const { times, before } = typedOver.get(place.lineKey) ?? { times: 0, before: 0 };
    const longest = Math.max(before, place.refused.before.trimStart().length);
    typedOver.set(place.lineKey, { times: times + 1, at, before: longest });
  };
  return {
    reasonAgainst: (document, cursor, text, at) => {
      const { key, lineKey, refused: asked } = placeOf(document, cursor, text);
      // A user who has typed more of the text since then wants it after all.
      const isRefused = (refused.get(key) ?? []).some(({ before, line }) => {
        return line === asked.line && asked.before.length <= before.length;
      });
      if (isRefused) return "rejected-here";
      const over = typedOver.get(lineKey);
      if (!over || over.times < tooOften || Math.abs(at - over.at) > whileTypedOver) return undefined;
      return asked.before.trimStart().length <= over.before ? "typed-over" : undefined;
    },
    // A clock that was set back must not lengthen the silence.
    isSilent: (at) => at < silentUntil && silentUntil - at <= longestSilence,
    appeared: (id, document, cursor, text) => places.set(id, placeOf(document, cursor, text)),
    told: (event) => {
      switch (event.kind) {
        case "accepted":
        case "partlyAccepted":
        case "typedOut":
          [inARow, silentUntil] = [0, -Infinity];
          typedOver.delete(places.get(event.suggestion.id)?.lineKey ?? "");
          break;
        case "ignored":
          // Escape cannot be observed, but a deletion right after it can. Undoing the deletion must not bring the text back.
          if (event.by === "deleting") refuse(event.suggestion.id);
          if (event.by === "typing") typeOver(event.suggestion.id, event.at);
          break;
        case "rejected": {
          refuse(event.suggestion.id);
          if (event.by === "typing") typeOver(event.suggestion.id, event.at);
          inARow++;
          if (inARow > tolerated) {
            const silence = Math.min(longestSilence, firstSilence * 2 ** (inARow - tolerated - 1));
            silentUntil = event.at + silence;
          }
          break;
        }
        default:
      }
    },
  };
}

/** Returns the place of a line, by the line above it, and the line. */
function placeOf(document: string, { prefix }: Cursor, text: string): Place {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const above = prefix.slice(prefix.lastIndexOf("\n", lineStart - 2) + 1, lineStart);
  const before = prefix.slice(lineStart);
  const [first = ""] = text.split("\n", 1);
  const line = (before + first).trimEnd();
  return { key: `${document}\0${above}`, lineKey: `${document}\0${line.trimStart()}`, refused: { before, line } };
}
