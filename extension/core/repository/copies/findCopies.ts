/**
 * Finds the places where the text before the cursor occurs again. A match runs from the start of a token to the cursor; the longest
 * matches come first. Among equally long matches, frequent continuations come first, and some places are kept for rare ones.
 */

import type { Copy, RepositoryQuery } from "../repositoryQuery.ts";
import { fileAt, textBetween, type Part } from "../segment.ts";
import { compare, nearness } from "../nearness.ts";
import { matchingSuffixes } from "./matchingSuffixes.ts";
import { shareOut } from "./shareOut.ts";
import { isTokenStart } from "./tokenStarts.ts";

const [shortest, longest] = [4, 60];
const mostCopies = 32;
/** The most places of one match to look at. If there are more, an even sample is taken, in the order of the text that follows. */
const mostLookedAt = 500;
/** Bytes of a copy before and after the place. */
const [before, after] = [80, 400];

/** A place where a match ends. */
interface Place {
  readonly part: Part;
  readonly file: number;
  readonly at: number;
}

export function findCopies(parts: readonly Part[], { path, prefix }: RepositoryQuery): Copy[] {
  const typed = Buffer.from(prefix.slice(-longest)).subarray(-longest);
  const places: Place[] = [];
  const seen = new Map<Part, Set<number>>();
  const isNew = ({ part, at }: Place): boolean => {
    const ends = seen.get(part) ?? new Set();
    seen.set(part, ends);
    return !ends.has(at) && Boolean(ends.add(at));
  };
  for (let start = 0; start <= typed.length - shortest && places.length < mostCopies; start++) {
    if (!isTokenStart(typed, start) || (start === 0 && prefix.length > longest && !startsWhole(prefix))) continue;
    const match = typed.subarray(start);
    if (!/[\w\x80-\xff]/.test(match.toString("latin1"))) break;
    const found = placesOf(parts, match).filter(isNew);
    places.push(...ranked(found, path, mostCopies - places.length));
  }
  return places.map(copyAt);
}

/** Whether the longest match would start at the start of a token. */
function startsWhole(prefix: string): boolean {
  return !/\w/.test(prefix.at(-longest - 1)!) || !/\w/.test(prefix.at(-longest)!);
}

function placesOf(parts: readonly Part[], match: Buffer): Place[] {
  const ranges = parts.map((part) => ({ part, range: matchingSuffixes(part.segment, match) }));
  const total = ranges.reduce((sum, { range: [low, high] }) => sum + high - low, 0);
  const step = Math.max(1, total / mostLookedAt);
  const places: Place[] = [];
  for (const {
    part,
    range: [low, high],
  } of ranges) {
    for (let i = low; i < high; i += step) {
      const at = part.segment.suffixes[Math.floor(i)]! + match.length;
      const file = fileAt(part.segment, at - 1);
      if (part.hidden[file] === 0) places.push({ part, file, at });
    }
  }
  return places;
}

/** Groups places by the text that follows, and takes some of each group: more from larger groups, and those nearest to `path` first. */
function ranked(places: readonly Place[], path: string, most: number): Place[] {
  const groups = new Map<string, Place[]>();
  const near = nearnessTo(path);
  for (const place of places) {
    const rest = restOfLine(place);
    const group = groups.get(rest);
    if (group) group.push(place);
    else groups.set(rest, [place]);
  }
  const order = [...groups].map(([rest, members]) => {
    const sorted = members
      .map((place) => ({ place, path: pathOf(place), near: near(pathOf(place)) }))
      .toSorted((a, b) => b.near - a.near || compare(a.path, b.path) || offset(a.place) - offset(b.place));
    return { rest, members: sorted, weight: sorted.reduce((sum, { near }) => sum + 1 + near, 0) };
  });
  const sorted = order.toSorted((a, b) => b.weight - a.weight || compare(a.rest, b.rest));
  return shareOut(
    sorted.map(({ members, weight }) => ({ members, weight })),
    most,
  ).map(({ place }) => place);
}

/** Returns the nearness of files to `path`, each computed once, because many places are in few files. */
function nearnessTo(path: string): (other: string) => number {
  const known = new Map<string, number>();
  return (other) => {
    let near = known.get(other);
    if (near === undefined) known.set(other, (near = nearness(path, other)));
    return near;
  };
}

const newline = 10;

/** Returns the rest of the line; at the end of a line, the next line with text. */
function restOfLine({ part: { segment }, at, file }: Place): string {
  const { end } = segment.files[file]!;
  const last = Math.min(end, at + after);
  let stop = at;
  let hasText = false;
  for (; stop < last; stop++) {
    const byte = segment.text[stop]!;
    if (byte === newline && hasText) break;
    if (byte > 32) hasText = true;
  }
  return segment.text.toString("latin1", at, stop);
}

function pathOf({ part, file }: Place): string {
  return part.paths[file]!;
}

function offset({ part: { segment }, at, file }: Place): number {
  return at - segment.files[file]!.start;
}

function copyAt(place: Place): Copy {
  const {
    part: { segment },
    at,
    file,
  } = place;
  const { start, end } = segment.files[file]!;
  return {
    path: pathOf(place),
    before: textBetween(segment, Math.max(start, at - before), at),
    after: textBetween(segment, at, Math.min(end, at + after)),
  };
}
