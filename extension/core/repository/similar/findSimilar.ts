/** Finds the chunks that share the rarest terms with the lines around the cursor, by BM25. */

import { compare } from "../nearness.ts";
import type { RepositoryQuery, Snippet } from "../repositoryQuery.ts";
import { fileAt, textBetween, type Part, type Segment } from "../segment.ts";
import { indexOfTerm } from "./postings.ts";
import { eachTerm } from "./terms.ts";

const mostSnippets = 8;
/** The rarest terms decide. */
const mostTerms = 24;
const lines = { before: 15, after: 4 };
/** The usual constants: how soon repetition counts less, and how much the length counts. */
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
  /** The number of chunks that are not hidden, and that of their terms. */
  readonly count: number;
  readonly length: number;
  readonly scores: Float64Array;
}

function viewOf(part: Part): View {
  const { segment } = part;
  const { lengths } = segment.postings;
  const hidden = part.hidden.includes(1) ? hiddenChunks(part) : undefined;
  let [count, length] = [0, 0];
  for (let chunk = 0; chunk < lengths.length; chunk++) {
    if (hidden?.[chunk] === 1) continue;
    count++;
    length += lengths[chunk]!;
  }
  return { part, hidden, count, length, scores: scoresOf(segment) };
}

/** One array for all questions: there are many chunks, and little time. */
const scoresBySegment = new WeakMap<Segment, Float64Array>();

function scoresOf(segment: Segment): Float64Array {
  let scores = scoresBySegment.get(segment);
  if (scores) scores.fill(0);
  else scoresBySegment.set(segment, (scores = new Float64Array(segment.postings.lengths.length)));
  return scores;
}

function hiddenChunks({ segment: { files, postings }, hidden }: Part): Uint8Array {
  let file = 0;
  return Uint8Array.from(postings.chunks, (place) => {
    while (files[file]!.end < place) file++;
    return hidden[file]!;
  });
}

/** In how many chunks a term stands. */
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

/** Returns the chunks with the highest scores: some more than are wanted, because texts may repeat. */
function highest(views: readonly View[]): Hit[] {
  const enough = 8 * mostSnippets;
  let hits: Hit[] = [];
  let least = 0;
  for (const { part, scores } of views) {
    for (let chunk = 0; chunk < scores.length; chunk++) {
      const score = scores[chunk]!;
      if (score <= least) continue;
      hits.push({ part, chunk, score });
      if (hits.length < 8 * enough) continue;
      hits = hits.toSorted((x, y) => y.score - x.score).slice(0, enough);
      // Equal scores are told apart by their paths, later.
      least = hits.at(-1)!.score * (1 - 1e-9);
    }
  }
  return hits;
}

/** Sums in another order differ in their last bits; ties must not. */
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
