/** Suggestions that were made before, found again while the user types along one of them. */

import { LRUCache } from "lru-cache";
import type { Cursor } from "./stop.ts";

export interface SuggestionCache<T extends { readonly text: string }> {
  /**
   * The suggestion for this place; or for an earlier one, if what was typed since is how it begins, as what is left of it.
   */
  find(cursor: Cursor, kind: string): T | undefined;
  remember(cursor: Cursor, kind: string, suggestion: T): void;
  /** For when others would be made now, such as with another adapter. */
  clear(): void;
}

/** What is farther from the cursor hardly changes a suggestion, and may not be in the prefix the next time. */
const [comparedBefore, comparedAfter] = [2000, 400];
/** So much is looked up; the rest is compared with what is found. */
const [keyBefore, keyAfter] = [60, 20];
/** Suggestions are not longer than this anyway. */
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
