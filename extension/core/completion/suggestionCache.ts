/** A cache of suggestions. It finds a suggestion again while the user types its text. */

import { LRUCache } from "lru-cache";
import type { Cursor } from "./stop.ts";

export interface SuggestionCache<T extends { readonly text: string }> {
  /** Returns the suggestion for this place, or the rest of an earlier one if the user has typed its beginning since. */
  readonly find: (cursor: Cursor, kind: string) => T | undefined;
  remember(cursor: Cursor, kind: string, suggestion: T): void;
  /** Drops all suggestions, for example because the adapter changes. */
  readonly clear: () => void;
}

/** The characters that must match. Text farther away hardly changes a suggestion, and may be missing from the next prefix. */
const [comparedBefore, comparedAfter] = [2000, 400];
/** The characters in the key. The rest is compared after the look-up. */
const [keyBefore, keyAfter] = [60, 20];
/** The most characters typed along a suggestion; suggestions are rarely longer. */
const longestTyped = 400;

interface Entry<T> {
  readonly before: string;
  readonly after: string;
  readonly suggestion: T;
}

export function suggestionCache<T extends { readonly text: string }>(entries = 250): SuggestionCache<T> {
  const known = new LRUCache<string, Entry<T>>({ max: entries });
  const keyOf = (prefix: string, suffix: string, kind: string): string =>
    `${kind}\0${prefix.slice(-keyBefore)}\0${suffix.slice(0, keyAfter)}`;
  return {
    find: ({ prefix, suffix }, kind) => {
      for (let typed = 0; typed <= Math.min(longestTyped, prefix.length); typed++) {
        const before = prefix.slice(0, prefix.length - typed);
        const entry = known.get(keyOf(before, suffix, kind));
        if (entry?.before !== before.slice(-comparedBefore) || entry.after !== suffix.slice(0, comparedAfter)) continue;
        if (typed === 0) return entry.suggestion;
        const { text } = entry.suggestion;
        if (text.length > typed && text.startsWith(prefix.slice(-typed))) {
          return { ...entry.suggestion, text: text.slice(typed) };
        }
      }
      return undefined;
    },
    remember: ({ prefix, suffix }, kind, suggestion) => {
      const entry = { before: prefix.slice(-comparedBefore), after: suffix.slice(0, comparedAfter), suggestion };
      known.set(keyOf(prefix, suffix, kind), entry);
    },
    clear: () => known.clear(),
  };
}
