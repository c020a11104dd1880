/**
 * A segment: some files of a repository, and the structures that find text in them. It never changes; a file that changes is hidden
 * in its segment and added to a newer one, as in Lucene.
 *
 * Text is kept as UTF-8 bytes, and all places are bytes from the start of the segment. A segment consists of typed arrays, so it
 * can be written to disk and read back as it is.
 */

import type { Outline } from "./definitions/outline.ts";
import type { Postings } from "./similar/postings.ts";

export interface SegmentFile {
  /** Identifies its text. Its paths may change although the segment does not. */
  readonly hash: string;
  readonly start: number;
  readonly end: number;
}

export interface Segment {
  /** In the order of their text. */
  readonly files: readonly SegmentFile[];
  /** The files' texts, each followed by a zero byte. */
  readonly text: Buffer;
  /** The places where a token or a line end begins, in the order of the text that follows them. */
  readonly suffixes: Uint32Array;
  readonly postings: Postings;
  readonly outline: Outline;
}

/** A segment of an index. */
export interface Part {
  readonly segment: Segment;
  /** 1 for each file that was replaced or deleted, or that asks the question. */
  readonly hidden: Uint8Array;
  /** The path of each file, relative to the root, with forward slashes; any text for hidden files. */
  readonly paths: string[];
  /** Whether it holds text that is in no file, which must not be written to disk. */
  readonly isUnsaved: boolean;
}

/** A file of an index. */
export interface Place {
  readonly part: Part;
  readonly file: number;
}

/** Returns the index of the file that holds the byte at `place`. */
export function fileAt({ files }: Segment, place: number): number {
  let [low, high] = [0, files.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (files[middle]!.start <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Returns the text between two places, without characters that are cut off at either end. */
export function textBetween({ text }: Segment, start: number, end: number): string {
  let [from, to] = [start, end];
  while (from < to && isInside(text[from]!)) from++;
  while (to > from && isInside(text[to] ?? 0)) to--;
  return text.toString("utf8", from, to);
}

/** Whether a byte continues a character of UTF-8. */
function isInside(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
