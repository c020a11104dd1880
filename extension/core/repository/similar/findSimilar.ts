/** Finds the chunks that share the rarest terms with the lines around the cursor, by BM25. */

import type { RepositoryQuery, Snippet } from "../repositoryQuery.ts";
import { fileAt, textBetween, type Part } from "../segment.ts";
import { indexOfTerm } from "./postings.ts";
import { eachTerm } from "./terms.ts";

const mostSnippets = 8;
const lines = { before: 15, after: 4 };
/** The usual constants: how soon repetition counts less, and how much the length counts. */
const [k1, b] = [1.2, 0.75];

interface Hit {
  readonly part: Part;
  readonly chunk: number;
  score: number;
}

export function findSimilar(parts: readonly Part[], query: RepositoryQuery): Snippet[] {
  const { count, average } = sizeOf(parts);
  const hits = parts.map((): Map<number, Hit> => new Map());
  for (const term of termsOf(query)) {
    const found = parts.map((part) => visiblePostings(part, term));
    const frequency = found.reduce((sum, list) => sum + list.length, 0);
    if (frequency === 0 || frequency > count / 4 + 8) continue;
    const rarity = Math.log(1 + (count - frequency + 0.5) / (frequency + 0.5));
    for (const [index, list] of found.entries()) {
      const part = parts[index]!;
      for (const [chunk, times] of list) {
        const length = part.segment.postings.lengths[chunk]!;
        const score = (rarity * times * (k1 + 1)) / (times + k1 * (1 - b + (b * length) / average));
        const hit = hits[index]!.get(chunk);
        if (hit) hit.score += score;
        else hits[index]!.set(chunk, { part, chunk, score });
      }
    }
  }
  return best(hits.flatMap((some) => [...some.values()]));
}

/** Returns the best chunks, each text once. */
function best(hits: Hit[]): Snippet[] {
  const threshold = hits.map(({ score }) => score).toSorted((x, y) => y - x)[4 * mostSnippets] ?? 0;
  const sorted = hits
    .filter(({ score }) => score >= threshold)
    .map((hit) => ({ hit, ...placeOf(hit) }))
    .toSorted(
      (x, y) => round(y.hit.score) - round(x.hit.score) || (x.path < y.path ? -1 : x.path > y.path ? 1 : x.offset - y.offset),
    );
  const snippets = new Map<string, Snippet>();
  for (const { hit, path, start, end } of sorted) {
    if (snippets.size === mostSnippets) break;
    const text = textBetween(hit.part.segment, start, end).replace(/\s+$/, "");
    if (text !== "" && !snippets.has(text)) snippets.set(text, { path, text });
  }
  return [...snippets.values()];
}

/** Sums in another order differ in their last bits; ties must not. */
function round(score: number): number {
  return Math.round(score * 1e6);
}

function placeOf({ part: { segment }, chunk }: Hit): { path: string; start: number; end: number; offset: number } {
  const { chunks } = segment.postings;
  const start = chunks[chunk]!;
  const file = segment.files[fileAt(segment, start)]!;
  return { path: file.path, start, end: Math.min(chunks[chunk + 1] ?? file.end, file.end), offset: start - file.start };
}

/** The hashes of the terms around the cursor. */
function termsOf({ prefix, suffix }: RepositoryQuery): Set<number> {
  const around = `${lastLines(prefix, lines.before)}${suffix.split("\n", lines.after).join("\n")}`;
  const text = Buffer.from(around).toString("latin1");
  const terms = new Set<number>();
  eachTerm(text, 0, text.length, (term) => terms.add(term));
  return terms;
}

function lastLines(text: string, count: number): string {
  let start = text.length;
  for (let i = 0; i < count && start >= 0; i++) start = start === 0 ? -1 : text.lastIndexOf("\n", start - 1);
  return text.slice(start + 1);
}

/** (chunk, times) of a term in the files that are not hidden. */
function visiblePostings({ segment, hidden }: Part, term: number): [number, number][] {
  const { terms, starts, lists, counts, chunks } = segment.postings;
  const index = indexOfTerm(terms, term);
  if (index < 0) return [];
  const found: [number, number][] = [];
  for (let i = starts[index]!; i < starts[index + 1]!; i++) {
    const chunk = lists[i]!;
    if (hidden[fileAt(segment, chunks[chunk]!)] === 0) found.push([chunk, counts[i]!]);
  }
  return found;
}

/** How many chunks are not hidden, and how many terms they have on average. */
function sizeOf(parts: readonly Part[]): { count: number; average: number } {
  let [count, sum] = [0, 0];
  for (const { segment, hidden } of parts) {
    const { chunks, lengths } = segment.postings;
    let file = 0;
    for (let chunk = 0; chunk < chunks.length; chunk++) {
      while (segment.files[file]!.end < chunks[chunk]!) file++;
      if (hidden[file] !== 0) continue;
      count++;
      sum += lengths[chunk]!;
    }
  }
  return { count, average: count === 0 ? 1 : Math.max(1, sum / count) };
}
