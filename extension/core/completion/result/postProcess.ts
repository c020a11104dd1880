/** Cuts generated text: removes repetition, text that the document already has, and results too short to matter. */

import type { Cursor } from "../stop.ts";
import { withoutEmptyStatements } from "./withoutEmptyStatements.ts";

export interface PostProcessOptions {
  /** Whether the token limit ended the generation, perhaps in the middle of a line. */
  readonly isCutOff: boolean;
  /** Completions with fewer visible characters are dropped. */
  readonly fewestVisible: number;
}

/** Returns the text to insert at the cursor; empty if nothing is worth showing. */
export function postProcess(text: string, cursor: Cursor, { isCutOff, fewestVisible }: PostProcessOptions): string {
  const steps = [
    isCutOff ? withoutCutLine : same,
    withoutRepeatedLines,
    withoutEmptyStatements,
    withoutNextLines,
    withoutRestOfLine,
  ];
  const result = steps.reduce((shown, step) => step(shown, cursor), text).trimEnd();
  return isVisible(result, fewestVisible) ? result : "";
}

/** Whether the text has at least `fewest` visible characters. */
function isVisible(text: string, fewest: number): boolean {
  return text.replace(/\s/g, "").length >= fewest;
}

function same(text: string): string {
  return text;
}

/** Drops the unfinished last line of a text with several lines. */
function withoutCutLine(text: string): string {
  return text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
}

/**
 * Cuts before lines that repeat the lines directly above them: one line three times, or several lines twice, the second time perhaps
 * with another indentation.
 */
function withoutRepeatedLines(text: string, { prefix }: Cursor): string {
  const before = prefix.slice(prefix.lastIndexOf("\n") + 1);
  const lines = (before + text).split("\n");
  for (let i = 1; i < lines.length; i++) {
    for (let period = 1; period <= Math.min(i, 8); period++) {
      const times = period === 1 ? 3 : 2;
      if (i + (times - 1) * period > lines.length) continue;
      const first = lines.slice(i - period, i);
      const isRepeated = Array.from({ length: (times - 1) * period }, (_, k) => {
        const [line, earlier] = [lines[i + k]!, first[k % period]!];
        return period === 1 ? line === earlier : line.trim() === earlier.trim();
      });
      const visible = first.filter((line) => line.trim() !== "");
      if (visible.length > 0 && isRepeated.every(Boolean)) return lines.slice(0, i).join("\n").slice(before.length);
    }
  }
  return text;
}

/** Lines count as the same up to one edit per twenty characters. */
const tolerance = 0.05;
const comparedLines = 3;

/** Cuts before lines that the document already has after the cursor. */
function withoutNextLines(text: string, { prefix, suffix }: Cursor): string {
  const following = suffix
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "");
  if (following.length === 0) return text;
  const lines = text.split("\n");
  const startsLine = prefix.slice(prefix.lastIndexOf("\n") + 1).trim() === "";
  for (let i = startsLine ? 0 : 1; i < lines.length; i++) {
    const rest = lines.slice(i).filter((line) => line.trim() !== "");
    const compared = Math.min(comparedLines, rest.length, following.length);
    if (compared === 0) break;
    const own = rest.slice(0, compared).map(trimmed).join("\n");
    const next = following.slice(0, compared).map(trimmed).join("\n");
    if (isAlike(own, next)) return lines.slice(0, i).join("\n");
  }
  return text;
}

/**
 * Drops the end of the text that is already right of the cursor: closers that the text does not need, or the whole
 * rest of the line.
 */
function withoutRestOfLine(text: string, { suffix }: Cursor): string {
  const [restOfLine = ""] = suffix.split("\n", 1);
  const rest = restOfLine.trim();
  if (rest === "" || text.includes("\n")) return text;
  const shown = text.trimEnd();
  const extra = unmatchedClosers(shown);
  for (let length = rest.length; length > 0; length--) {
    const overlap = rest.slice(0, length);
    if (!shown.endsWith(overlap)) continue;
    const needed = [...overlap].filter((char) => ")]}".includes(char)).length;
    const quotes = [...overlap].filter((char) => `"'\``.includes(char)).length;
    if (needed > extra || (quotes > 0 && !hasOddQuotes(shown))) continue;
    if (needed + quotes > 0 || length === rest.length) return shown.slice(0, -length);
  }
  return text;
}

/** Counts the closing brackets that close a bracket opened before the text. */
function unmatchedClosers(text: string): number {
  let open = 0;
  let unmatched = 0;
  for (const char of text) {
    if ("([{".includes(char)) open++;
    else if (")]}".includes(char)) {
      if (open > 0) open--;
      else unmatched++;
    }
  }
  return unmatched;
}

/** Whether the text closes a string that was opened before it. */
function hasOddQuotes(text: string): boolean {
  return [`"`, "'", "`"].some((quote) => text.split(quote).length % 2 === 0);
}

function trimmed(line: string): string {
  return line.trim();
}

/** Whether the edit distance is within {@link tolerance}. */
function isAlike(a: string, b: string): boolean {
  const limit = Math.floor(Math.max(a.length, b.length) * tolerance);
  if (Math.abs(a.length - b.length) > limit) return false;
  if (limit === 0) return a === b;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]! <= limit;
}
