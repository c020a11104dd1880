/**
 * Fill-in-the-middle examples made from source code. The gaps are those that an editor asks for: the rest of a line, the
 * rest of a block, and now and then any span (the character-level gaps of Bavarian et al. 2022, arXiv 2207.14255).
 */

import type { Random } from "../foundation/random.ts";
import type { Example } from "./example.ts";

export interface FillOptions {
  /** Part of the texts that becomes gaps to fill, 0 to 1. */
  readonly share: number;
  /** Texts are taken in pieces of about so many characters. */
  readonly pieceSize: number;
  readonly random: Random;
}

/** Gaps longer than this are not what anybody asks for while typing. */
const longestBlock = 12;
const longestSpan = 400;

/**
 * Turns about `share` of a text into fill examples, piece by piece, and leaves the rest as it is: every character is
 * trained on once, whichever way. Pairs and given fill examples stay.
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
      const gap = chooseGap(text, start, end, random);
      if (gap) {
        keep(start);
        keptFrom = end;
        result.push({
          kind: "fill",
          // The neighbouring pieces are the context; what is too much is cut off with the tokens in hand.
          prefix: text.slice(wholeCharacter(text, Math.max(0, start - size)), gap.start),
          middle: text.slice(gap.start, gap.end),
          suffix: text.slice(gap.end, wholeCharacter(text, Math.min(text.length, end + size))),
        });
      }
    }
    start = end;
  }
  keep(text.length);
  return result;
}

/** Ends of pieces of about `size` characters, each at the end of a line. */
function pieceEnds(text: string, size: number): number[] {
  const ends: number[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", Math.min(text.length, start + size - 1));
    start = newline === -1 ? text.length : newline + 1;
    ends.push(start);
  }
  return ends;
}

interface Gap {
  readonly start: number;
  readonly end: number;
}

/** A gap between `from` and `to`; undefined where there is nothing but blanks. */
function chooseGap(text: string, from: number, to: number, random: Random): Gap | undefined {
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
  /** Where its indentation ends. */
  readonly code: number;
  /** Where its last visible character ends. */
  readonly end: number;
}

/** The lines that are not blank. */
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
 * Where the block that `line` opens ends, or the one that it belongs to: before the first later line that is indented
 * too little to be in it.
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

function chooseSpan(text: string, line: Line, to: number, random: Random): Gap {
  const start = wholeCharacter(text, line.code + random.integer(line.end - line.code));
  const length = 1 + random.integer(Math.min(longestSpan, to - start));
  const end = wholeCharacter(text, Math.min(to, start + length));
  // A gap of blanks alone teaches nothing; the line's end is then at least a letter.
  return text.slice(start, end).trim() === "" ? { start, end: line.end } : { start, end };
}

/** `index`, or the one before it where it would cut a surrogate pair in two. */
function wholeCharacter(text: string, index: number): number {
  const code = text.codePointAt(index - 1);
  return index > 0 && code !== undefined && code > 0xffff ? index - 1 : index;
}
