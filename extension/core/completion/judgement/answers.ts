/**
 * The suggestions that are known without asking the model: those on screen while the user types along, and those
 * computed ahead. Runs in the process where the user types, so that an answer needs no other process.
 */

import type { Completion } from "../result/completion.ts";
import type { Cursor } from "../stop.ts";
import { suggestionCache } from "../suggestionCache.ts";
import { shownPart } from "./shownPart.ts";

export interface Answers {
  /** Returns the suggestion for this place, or the rest of one whose beginning has been typed since. */
  readonly find: (cursor: Cursor, kind: string) => Completion | undefined;
  /** Keeps the part of a completion that is worth showing, if there is one. */
  remember(cursor: Cursor, kind: string, completion: Completion): void;
  readonly clear: () => void;
}

export function rememberAnswers(): Answers {
  const known = suggestionCache<Completion>();
  return {
    find: known.find,
    remember: (cursor, kind, completion) => {
      const { text, confidence } = shownPart(completion);
      if (text === "" || confidence < completion.leastConfidence) return;
      const milliseconds = { load: 0, prefill: 0, decode: 0 };
      known.remember(cursor, kind, { ...completion, text, confidence, beginnings: [], tokens: 0, milliseconds });
    },
    clear: known.clear,
  };
}
