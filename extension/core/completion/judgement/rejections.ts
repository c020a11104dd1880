/** Remembers rejections: the texts that were rejected at a place, and how many came in a row. */

import { LRUCache } from "lru-cache";
import type { Cursor } from "../stop.ts";
import type { SuggestionEvent } from "./suggestionEvent.ts";

export interface Rejections {
  /** Whether the user has rejected the first line of `text` at this place. */
  isRejected(document: string, cursor: Cursor, text: string): boolean;
  /** Whether the user wants quiet after several rejections in a row. */
  isSilent(at: number): boolean;
  /** Tells where a suggestion is on screen now, and what is left of it there. */
  appeared(id: number, document: string, cursor: Cursor, text: string): void;
  told(event: SuggestionEvent): void;
}

/** The first rejections in a row that change nothing. */
const tolerated = 2;
/** The first silence in milliseconds. Each further rejection doubles it, up to the longest. */
const [firstSilence, longestSilence] = [5_000, 20_000];
const remembered = 200;

/** A line as the suggestion would have completed it. */
interface Refused {
  readonly before: string;
  readonly line: string;
}

export function rememberRejections(): Rejections {
  const refused = new LRUCache<string, Refused[]>({ max: remembered });
  const places = new LRUCache<number, { key: string; refused: Refused }>({ max: remembered });
  let inARow = 0;
  let silentUntil = -Infinity;
  const refuse = (id: number): void => {
    const place = places.get(id);
    if (place) refused.set(place.key, [...(refused.get(place.key) ?? []), place.refused]);
  };
  return {
    isRejected: (document, cursor, text) => {
      const { key, refused: asked } = placeOf(document, cursor, text);
      const known = refused.get(key) ?? [];
      // Whoever has typed more of the text since then wants it after all.
      return known.some(({ before, line }) => line === asked.line && asked.before.length <= before.length);
    },
    // A clock that was set back must not lengthen it.
    isSilent: (at) => at < silentUntil && silentUntil - at <= longestSilence,
    appeared: (id, document, cursor, text) => places.set(id, placeOf(document, cursor, text)),
    told: (event) => {
      switch (event.kind) {
        case "accepted":
        case "partlyAccepted":
        case "typedOut":
          [inARow, silentUntil] = [0, -Infinity];
          break;
        case "ignored":
          // Escape cannot be seen; a deletion right after it can, and undoing that must not bring the text back.
          if (event.by === "deleting") refuse(event.suggestion.id);
          break;
        case "rejected": {
          refuse(event.suggestion.id);
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
function placeOf(document: string, { prefix }: Cursor, text: string): { key: string; refused: Refused } {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const above = prefix.slice(prefix.lastIndexOf("\n", lineStart - 2) + 1, lineStart);
  const before = prefix.slice(lineStart);
  const [first = ""] = text.split("\n", 1);
  return { key: `${document}\0${above}`, refused: { before, line: (before + first).trimEnd() } };
}
