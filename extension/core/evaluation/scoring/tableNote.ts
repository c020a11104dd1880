/** What a reader of a table must know about its candidates. */

import { sentences, type Said } from "../../foundation/words/said.ts";
import { codelessNote } from "./codeless.ts";
import { promptingNote } from "./prompting.ts";

/** Returns undefined if there is nothing to know. */
export function tableNote(
  rows: Parameters<typeof promptingNote>[0] & Parameters<typeof codelessNote>[0],
): Said | undefined {
  return sentences([promptingNote(rows), codelessNote(rows)].filter((note) => note !== undefined));
}
