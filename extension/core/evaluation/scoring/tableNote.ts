/** What a reader of a table must know about its candidates. */

import { say, type Said } from "../../foundation/words/said.ts";
import { codelessNote } from "./codeless.ts";
import { promptingNote } from "./prompting.ts";

/** Returns undefined if there is nothing to know. */
export function tableNote(
  rows: Parameters<typeof promptingNote>[0] & Parameters<typeof codelessNote>[0],
): Said | undefined {
  const notes = [promptingNote(rows), codelessNote(rows)].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : notes.reduce((all, note) => say`${all} ${note}`);
}
