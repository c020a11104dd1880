/**
 * Makes infilling examples from source code. The holes resemble an editor's requests: the rest of a line, the rest of a block,
 * and sometimes any span (the character-level holes of Bavarian et al. 2022, arXiv 2207.14255).
 */

import type { Random } from "../foundation/random.ts";
import type { Example } from "./example.ts";

export interface FillOptions {
  /** Share of the text that becomes infilling examples, from 0 to 1. */
  readonly share: number;
  /** Approximate length of a piece of text, in characters. */
  readonly pieceSize: number;
  readonly random: Random;
}

/** Longest holes: lines of a block, and characters of a span. Editors do not request longer ones while a user types. */
const longestBlock = 12;
const longestSpan = 400;

/**
 * Turns about `share` of a text into infilling examples, piece by piece, and keeps the rest as text, so that every character is
 * trained on once. Pairs and existing infilling examples are unchanged.
 */
export function withFillExamples(example: Example, { share, pieceSize, random }: FillOptions): Example[] {
  if (example.kind !== "text" || share <= 0) return [example];
  return mixPieces(example.text, example.cut ?? false, share, pieceSize, random);
}

function mixPieces(text: string, cut: boolean, share: number, size: number, random: Random): Example[] {
  const result: Example[] = [];
  let keptFrom = 0;
  let start = 0;
  const keep = (end: number): void => {
    if (text.slice(keptFrom, end).trim() === "") return;
    result.push({ kind: "text", text: text.slice(keptFrom, end), ...(cut || end < text.length ? { cut: true } : {}) });
  };
  for (const end of pieceEnds(text, size)) {
    if (random.next() < share) {
      const hole = chooseHole(text, start, end, random);
      if (hole) {
        keep(start);
        keptFrom = end;
        result.push({
          kind: "fill",
          // The neighbouring pieces are the context. Tokenization later cuts off the excess.
          prefix: text.slice(wholeCharacter(text, Math.max(0, start - size)), hole.start),
          middle: text.slice(hole.start, hole.end),
          suffix: text.slice(hole.end, wholeCharacter(text, Math.min(text.length, end + size))),
        });
      }
    }
    start = end;
  }
  keep(text.length);
  return result;
}

/** Returns the ends of pieces of about `size` characters, each at the end of a line. */
function pieceEnds(text: string, size: number): number[] {
  const ends: number[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", Math.min(text.length, start + size - 1));
    start = newline === -1 ? text.length : newline + 1;
    ends.push(start);
  }
  return ends;
}

interface Hole {
  readonly start: number;
  readonly end: number;
}

/** Chooses a hole between `from` and `to`; undefined if there is only whitespace. */
function chooseHole(text: string, from: number, to: number, random: Random): Hole | undefined {
  const lines = linesBetween(text, from, to);
  if (lines.length === 0) return undefined;
  const line = lines[random.integer(lines.length)]!;
  const kind = random.next();
  if (kind < 0.25) return chooseSpan(text, line, to, random);
  const start = wholeCharacter(text, line.code + random.integer(line.end - line.code));
  return { start, end: kind < 0.75 ? line.end : blockEnd(text, line, to) };
}

interface Line {
  readonly start: number;
  /** The end of its indentation. */
  readonly code: number;
  /** The end of its last visible character. */
  readonly end: number;
}

/** Returns the lines that are not blank. */
function linesBetween(text: string, from: number, to: number): Line[] {
  const lines: Line[] = [];
  for (let start = from; start < to;) {
    const newline = text.indexOf("\n", start);
    const next = newline === -1 || newline >= to ? to : newline + 1;
    const line = text.slice(start, next);
    const end = start + line.trimEnd().length;
    if (end > start) lines.push({ start, code: start + line.length - line.trimStart().length, end });
    start = next;
  }
  return lines;
}

/**
 * Returns the end of the block that `line` opens or belongs to, which is before the first later line with too little
 * indentation.
 */
function blockEnd(text: string, line: Line, to: number): number {
  const opens = text[line.end - 1] === ":";
  const least = line.code - line.start + (opens ? 1 : 0);
  let end = line.end;
  for (const next of linesBetween(text, line.end, to).slice(0, longestBlock)) {
    if (next.code - next.start < least) break;
    end = next.end;
  }
  return end;
}

function chooseSpan(text: string, line: Line, to: number, random: Random): Hole {
  const start = wholeCharacter(text, line.code + random.integer(line.end - line.code));
  const length = 1 + random.integer(Math.min(longestSpan, to - start));
  const end = wholeCharacter(text, Math.min(to, start + length));
  // A hole with only whitespace teaches nothing. The rest of the line contains at least one visible character.
  return text.slice(start, end).trim() === "" ? { start, end: line.end } : { start, end };
}

/** Returns `index`, or `index` - 1 if it is inside a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const code = text.codePointAt(index - 1);
  return index > 0 && code !== undefined && code > 0xffff ? index - 1 : index;
}
