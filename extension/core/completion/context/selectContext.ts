/**
 * Chooses the parts of other files that the prompt puts in front of a file: from the index's answer and from recent edits, by rank,
 * without repetitions, up to a number of characters. The completer counts tokens; this module does not.
 */

import type { RepositoryAnswer, Snippet } from "../../repository/repositoryQuery.ts";
import { codeLines, shareIn } from "./codeLines.ts";

/** Why a part was chosen. */
export type ContextReason = "definition" | "edited" | "similar";

/** A part of another file with the reason, for people. The completer ignores the reason. */
export interface ContextSnippet extends Snippet {
  readonly reason: ContextReason;
}

export interface ContextQuestion {
  /** The path of the file with the cursor, from which no parts are chosen. */
  readonly path: string;
  /** The file's text around the cursor. */
  readonly prefix: string;
  readonly suffix: string;
}

export type ContextSources = Pick<RepositoryAnswer, "definitions" | "similar" | "edited">;

export interface ContextLimits {
  /** The most characters of all parts together, with their paths. */
  readonly characters: number;
  /** The most characters of one part. */
  readonly each: number;
  /** Reasons to choose parts for; all by default. */
  readonly reasons?: readonly ContextReason[];
}

/** The constant of reciprocal rank fusion (Cormack et al. 2009): the larger, the less the first ranks stand out. */
const fusion = 60;
/** How much a rank counts, by its source. The index orders definitions by how near they are to the cursor. */
const weights: Readonly<Record<ContextReason, number>> = { definition: 1.02, edited: 1.01, similar: 1 };
/** A part is left out if at least this share of it is in the window or in a better part. */
const repeatedShare = 0.6;
/** If less than this remains of a part, in characters, it is left out. */
const shortest = 60;

interface Candidate extends ContextSnippet {
  readonly lines: ReadonlySet<string>;
  score: number;
}

/**
 * Returns the parts in the order of the prompt: definitions first, by path, because they change seldom; then recent edits and
 * similar code, the best last, next to the file.
 */
export function selectContext(
  { path, prefix, suffix }: ContextQuestion,
  sources: ContextSources,
  limits: ContextLimits,
): ContextSnippet[] {
  const seen = codeLines(prefix + suffix);
  const chosen: Candidate[] = [];
  let room = limits.characters;
  for (const candidate of rankedCandidates(sources, limits)) {
    if (candidate.path === path || shareIn(candidate.lines, seen) >= repeatedShare) continue;
    const text = cutAtLine(candidate.text, Math.min(limits.each, room - candidate.path.length));
    if (text.length < Math.min(shortest, candidate.text.length)) continue;
    for (const line of candidate.lines) seen.add(line);
    room -= text.length + candidate.path.length;
    chosen.push({ ...candidate, text });
    if (room < shortest) break;
  }
  return inPromptOrder(chosen);
}

/** Returns the candidates of all sources, best first. A text that several sources name counts for each. */
function rankedCandidates(sources: ContextSources, { reasons }: ContextLimits): Candidate[] {
  const found = new Map<string, Candidate>();
  const add = (reason: ContextReason, snippets: readonly Snippet[]): void => {
    if (reasons && !reasons.includes(reason)) return;
    for (const [rank, { path, text }] of snippets.entries()) {
      const key = `${path}\0${text.trim()}`;
      const score = weights[reason] / (fusion + rank);
      const known = found.get(key);
      if (known) known.score += score;
      else found.set(key, { path, text, reason, lines: codeLines(text), score });
    }
  };
  add("definition", sources.definitions);
  add("edited", sources.edited ?? []);
  add("similar", sources.similar);
  return [...found.values()].sort((one, other) => other.score - one.score);
}

function inPromptOrder(chosen: readonly Candidate[]): ContextSnippet[] {
  const definitions = chosen
    .filter(({ reason }) => reason === "definition")
    .toSorted((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
  const others = chosen.filter(({ reason }) => reason !== "definition").toReversed();
  return [...joinedByFile(definitions), ...others.map(({ path, text, reason }) => ({ path, text, reason }))];
}

/** Joins the definitions of one file, so that its path appears in the prompt once. */
function joinedByFile(definitions: readonly Candidate[]): ContextSnippet[] {
  const files = new Map<string, string[]>();
  for (const { path, text } of definitions) files.set(path, [...(files.get(path) ?? []), text.trimEnd()]);
  return [...files].map(([path, texts]) => ({ path, text: `${texts.sort().join("\n\n\n")}\n`, reason: "definition" }));
}

/** Returns the whole lines of a text within a limit. */
function cutAtLine(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, text.lastIndexOf("\n", Math.max(0, limit - 1)) + 1);
}
