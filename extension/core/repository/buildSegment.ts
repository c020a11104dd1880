/** Builds a segment from the texts of its files. */

import { findTokenStarts } from "./copies/tokenStarts.ts";
import { sortSuffixes } from "./copies/sortSuffixes.ts";
import { openOutline } from "./definitions/outline.ts";
import { openPostings } from "./similar/postings.ts";
import type { Segment, SegmentFile } from "./segment.ts";

export interface RepositoryFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** With "\n" line ends. */
  readonly text: string;
}

export interface HashedText {
  readonly hash: string;
  readonly text: string;
}

export function buildSegment(sources: readonly HashedText[]): Segment {
  const bytes = sources.map(({ text }) => Buffer.from(text));
  const text = Buffer.alloc(bytes.reduce((sum, { length }) => sum + length + 1, 0));
  const files: SegmentFile[] = [];
  const postings = openPostings();
  const outline = openOutline();
  let start = 0;
  for (const [index, own] of bytes.entries()) {
    text.set(own, start);
    // One character for each byte, so that the places of matches are bytes.
    const characters = own.toString("latin1");
    postings.add(characters, start);
    outline.add(characters, start);
    files.push({ hash: sources[index]!.hash, start, end: start + own.length });
    start += own.length + 1;
  }
  const suffixes = findTokenStarts(text);
  sortSuffixes(text, suffixes);
  return { files, text, suffixes, postings: postings.close(), outline: outline.close() };
}
