/** Finds the chunks that share the rarest terms with the lines around the cursor, by BM25. */

import { firstFrom } from "../../foundation/numbers/firstFrom.ts";
import { compare } from "../nearness.ts";
import type { RepositoryQuery, Snippet } from "../repositoryQuery.ts";
import { fileAt, textBetween, type Part, type Segment } from "../segment.ts";
import { indexOfTerm } from "./postings.ts";
import { eachTerm } from "./terms.ts";

const mostSnippets = 8;
/** The number of best chunks to compare in detail. More than are returned, because texts may repeat. */
const enough = 8 * mostSnippets;
/** The number of terms to search for: the rarest ones. */
const mostTerms = 24;
const lines = { before: 15, after: 4 };
/** The usual constants of BM25: how soon repetition counts less, and how much the length of a chunk counts. */
const [k1, b] = [1.2, 0.75];

interface Hit {
  readonly part: Part;
  readonly chunk: number;
  readonly score: number;
}

export function findSimilar(parts: readonly Part[], query: RepositoryQuery): Snippet[] {
  const views = parts.map(viewOf);
  const count = views.reduce((sum, view) => sum + view.count, 0);
  const average = Math.max(1, views.reduce((sum, view) => sum + view.length, 0) / Math.max(1, count));
  const terms = termsOf(query)
    .map((term) => ({ term, frequency: views.reduce((sum, view) => sum + frequencyIn(view, term), 0) }))
    .filter(({ frequency }) => frequency > 0 && frequency <= count / 4 + 8)
    .toSorted((x, y) => x.frequency - y.frequency || x.term - y.term)
    .slice(0, mostTerms);
  for (const { term, frequency } of terms) {
    const rarity = Math.log(1 + (count - frequency + 0.5) / (frequency + 0.5));
    for (const view of views) addScores(view, term, rarity, average);
  }
  return best(views);
}

/** The chunks of a part, and their scores. */
interface View {
  readonly part: Part;
  /** 1 for chunks of hidden files; undefined if none is hidden. */
  readonly hidden: Uint8Array | undefined;
  /** The number of chunks that are not hidden, and the number of their terms. */
  readonly count: number;
  readonly length: number;
  readonly scores: Float64Array;
}

function viewOf(part: Part): View {
  const { segment, hidden } = part;
  let { count, length } = totalsOf(segment);
  if (!hidden.includes(1)) return { part, hidden: undefined, count, length, scores: scoresOf(segment) };
  const { chunks, lengths } = segment.postings;
  const chunksHidden = new Uint8Array(chunks.length);
  for (const [file, { start, end }] of segment.files.entries()) {
    if (hidden[file] === 0) continue;
    for (let chunk = firstFrom(chunks, start); chunk < chunks.length && chunks[chunk]! <= end; chunk++) {
      chunksHidden[chunk] = 1;
      count--;
      length -= lengths[chunk]!;
    }
  }
  return { part, hidden: chunksHidden, count, length, scores: scoresOf(segment) };
}

interface Totals {
  readonly count: number;
  readonly length: number;
}

const totalsBySegment = new WeakMap<Segment, Totals>();

/** Returns the number of chunks of a segment, and the number of their terms. */
function totalsOf(segment: Segment): Totals {
  const { lengths } = segment.postings;
  let totals = totalsBySegment.get(segment);
  if (!totals) {
    totals = { count: lengths.length, length: lengths.reduce((sum, length) => sum + length, 0) };
    totalsBySegment.set(segment, totals);
  }
  return totals;
}

/** One array per segment, reused for all questions: there are many chunks, and little time. */
const scoresBySegment = new WeakMap<Segment, Float64Array>();

function scoresOf(segment: Segment): Float64Array {
  let scores = scoresBySegment.get(segment);
  if (scores) scores.fill(0);
  else scoresBySegment.set(segment, (scores = new Float64Array(segment.postings.lengths.length)));
  return scores;
}

/** Returns the number of chunks that contain a term. */
function frequencyIn({ part: { segment }, hidden }: View, term: number): number {
  const { terms, starts, lists } = segment.postings;
  const index = indexOfTerm(terms, term);
  if (index < 0) return 0;
  const [from, to] = [starts[index]!, starts[index + 1]!];
  if (!hidden) return to - from;
  let count = 0;
  for (let i = from; i < to; i++) if (hidden[lists[i]!] === 0) count++;
  return count;
}

function addScores({ part: { segment }, hidden, scores }: View, term: number, rarity: number, average: number): void {
  const { terms, starts, lists, counts, lengths } = segment.postings;
  const index = indexOfTerm(terms, term);
  if (index < 0) return;
  for (let i = starts[index]!; i < starts[index + 1]!; i++) {
    const chunk = lists[i]!;
    if (hidden?.[chunk] === 1) continue;
    const times = counts[i]!;
    scores[chunk]! += (rarity * times * (k1 + 1)) / (times + k1 * (1 - b + (b * lengths[chunk]!) / average));
  }
}

/** Returns the best chunks, each text once. */
function best(views: readonly View[]): Snippet[] {
  const sorted = highest(views)
    .map((hit) => ({ hit, ...placeOf(hit) }))
    .toSorted((x, y) => round(y.hit.score) - round(x.hit.score) || compare(x.path, y.path) || x.offset - y.offset);
  const snippets = new Map<string, Snippet>();
  for (const { hit, path, start, end } of sorted) {
    if (snippets.size === mostSnippets) break;
    const text = textBetween(hit.part.segment, start, end).replace(/\s+$/, "");
    if (text !== "" && !snippets.has(text)) snippets.set(text, { path, text });
  }
  return [...snippets.values()];
}

/** Returns the chunks with the highest scores, the highest first. */
function highest(views: readonly View[]): Hit[] {
  let hits: Hit[] = [];
  let least = 0;
  const sort = (): void => {
    hits = hits.toSorted((x, y) => y.score - x.score);
    // The paths decide between equal scores, later.
    least = (hits[enough - 1]?.score ?? 0) * (1 - 1e-9);
  };
  for (const { part, scores } of views) {
    for (let chunk = 0; chunk < scores.length; chunk++) {
      const score = scores[chunk]!;
      if (score <= least) continue;
      hits.push({ part, chunk, score });
      if (hits.length < 8 * enough) continue;
      sort();
      hits = hits.slice(0, enough);
    }
  }
  sort();
  return hits.filter(({ score }) => score > least);
}

/** Rounds a score: sums in another order differ in their last bits, and ties must stay ties. */
function round(score: number): number {
  return Math.round(score * 1e6);
}

function placeOf({ part: { segment, paths }, chunk }: Hit): {
  path: string;
  start: number;
  end: number;
  offset: number;
} {
  const { chunks } = segment.postings;
  const start = chunks[chunk]!;
  const file = fileAt(segment, start);
  const { start: first, end } = segment.files[file]!;
  return { path: paths[file]!, start, end: Math.min(chunks[chunk + 1] ?? end, end), offset: start - first };
}

/** The hashes of the terms around the cursor. */
function termsOf({ prefix, suffix }: RepositoryQuery): number[] {
  const around = `${lastLines(prefix, lines.before)}${suffix.split("\n", lines.after).join("\n")}`;
  const text = Buffer.from(around).toString("latin1");
  const terms = new Set<number>();
  eachTerm(text, 0, text.length, (term) => terms.add(term));
  return [...terms];
}

function lastLines(text: string, count: number): string {
  let start = text.length;
  for (let i = 0; i < count && start >= 0; i++) start = start === 0 ? -1 : text.lastIndexOf("\n", start - 1);
  return text.slice(start + 1);
}
