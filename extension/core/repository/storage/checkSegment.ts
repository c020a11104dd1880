/**
 * Checks that the arrays of a segment fit one another, so that no question can read beyond them. A checksum does not ensure this: a
 * program with a bug, or another person, may have written the file.
 */

import type { Segment } from "../segment.ts";

export function isConsistent({ files, text, suffixes, postings, outline }: Segment): boolean {
  let start = 0;
  for (const file of files) {
    if (file.start !== start || file.end < start) return false;
    start = file.end + 1;
  }
  const places = text.length;
  return (
    start === places && areBelow(suffixes, places) && postingsFit(postings, places) && outlineFits(outline, places)
  );
}

function postingsFit({ chunks, lengths, terms, starts, lists, counts }: Segment["postings"], places: number): boolean {
  return (
    areBelow(chunks, places) &&
    areSorted(chunks) &&
    lengths.length === chunks.length &&
    areSorted(terms) &&
    starts.length === terms.length + 1 &&
    starts[0] === 0 &&
    areSorted(starts) &&
    starts.at(-1) === lists.length &&
    counts.length === lists.length &&
    areBelow(lists, chunks.length)
  );
}

function outlineFits({ places: own, names, owners, byName }: Segment["outline"], places: number): boolean {
  return (
    areBelow(own, places) &&
    areSorted(own) &&
    names.length === own.length &&
    owners.length === own.length &&
    owners.every((owner, index) => owner >= -1 && owner < index) &&
    byName.length === own.length &&
    areBelow(byName, own.length)
  );
}

type Numbers = Uint8Array | Uint16Array | Uint32Array;

function areBelow(numbers: Numbers, limit: number): boolean {
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! >= limit) return false;
  return true;
}

function areSorted(numbers: Numbers): boolean {
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! < numbers[i - 1]!) return false;
  return true;
}
