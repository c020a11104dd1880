/**
 * Turns files of source code into the requests of an editor: holes spread evenly over each file, so that an epoch reads all of its
 * text about once.
 */

import { contextBudget } from "../../completion/context/contextBudget.ts";
import { frontOf } from "../../completion/context/indexedRepository.ts";
import type { PromptBudget } from "../../completion/prompt.ts";
import { promptRooms, reservedTokens } from "../../completion/promptBudget.ts";
import type { Random } from "../../foundation/random.ts";
import { targetWeight, type Sequence } from "../../dataset/sequence.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Span } from "../../sources/git/ownSpans.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { cursorHoles, cursorKinds, type CursorHole, type CursorKind, type HolesByKind } from "./cursorHoles.ts";
import {
  holeSequence,
  textSequence,
  uncounted,
  type HoleOptions,
  type LossWeights,
  type FrontedFile,
} from "./holeSequence.ts";
import type { Repository } from "./trainingRepository.ts";

/** The share of each kind among the holes, if a stretch of text has all kinds. */
const shares: Readonly<Record<CursorKind, number>> = {
  line: 0.34,
  header: 0.06,
  inside: 0.15,
  body: 0.2,
  statements: 0.15,
  rest: 0.1,
};

/**
 * The text before a hole counts too, because it teaches the repository's names and habits. If the middle counted more than its end,
 * it would teach that lines go on: with three times the weight, 92 % of the line ends were right instead of 95 %.
 */
const lossWeights: LossWeights = { before: 1, middle: 1, lineEnd: 1 };

/**
 * How much wider than a sequence's room the budget of a moved window may be. prompt.ts then fills only 0.7 of the budget, and
 * windows of equal length leave little padding.
 */
const wider = 1.2;
/** The share of the room that such a window fills. */
const filled = 0.84;
/** The longest answer that is trained on, in tokens, if the sequences are long enough for it. */
const longestAnswer = 128;
/** The mean length of an answer, in tokens. */
const usualAnswer = 24;
/** The share of the requests with other files in front, where there are any: an adapter must not depend on them. */
const contextShare = 0.75;

export interface RequestSettings {
  readonly maxLength: number;
  /** The share of the requests that have a hole; the others are plain text. */
  readonly fillShare: number;
}

/**
 * Returns, for each stretch of a file, `drawings` sequences that end there.
 *
 * @param repository where parts of other files come from; the index leaves out the file itself
 */
export type RequestEncoder = (
  file: FrontedFile,
  random: Random,
  drawings: number,
  repository?: Repository,
) => Sequence[][];

/** What may precede a request. */
export interface ServedFront {
  readonly contextLength: number;
  /** Most tokens of other files. */
  readonly contextTokens?: number;
  /** Whether the model reads the file's path. */
  readonly hasPath?: boolean;
}

export async function requestEncoder(
  tokenizer: Tokenizer,
  { maxLength, fillShare }: RequestSettings,
  { contextLength, contextTokens = 0, hasPath = true }: ServedFront,
): Promise<RequestEncoder> {
  const parser = await openPythonParser();
  const limits = promptRooms({ contextLength, hasEncoder: false }, contextTokens).budget;
  const budget = budgetFor(limits, maxLength);
  const options: HoleOptions = { tokenizer, budget, weights: lossWeights, maxLength };
  const widest = Math.min(limits.prefix, Math.floor(wider * budget.prefix));
  const moved = { ...options, budget: { ...budget, prefix: widest } };
  const ownText = Math.min(budget.prefix, budget.both - budget.context);
  return (source, random, drawings, repository) => {
    const { path, ...nameless } = source;
    const file: FrontedFile = hasPath ? source : nameless;
    const { text } = file;
    const holes = holesIn(file.own, cursorHoles(text, parser.tree(text)));
    const tokens = tokenizer.encode(text).length;
    const stride = filled * (1 - uncounted) * ownText + usualAnswer;
    const count = Math.max(1, Math.ceil(tokens / stride));
    const withFront = (hole: CursorHole | undefined, to: number): FrontedFile => {
      if (!repository || budget.context === 0 || random.next() >= contextShare) return file;
      const cursor = { prefix: text.slice(0, hole?.start ?? to), suffix: hole ? text.slice(hole.end) : "" };
      const query = { path: repository.pathOf(text) ?? path ?? "", ...cursor };
      return { ...file, ...frontOf(repository, query, budget.context) };
    };
    const sequenceOf = (hole: CursorHole | undefined, to: number): Sequence => {
      const fronted = withFront(hole, to);
      const build = (by: HoleOptions): Sequence =>
        hole ? holeSequence(fronted, hole, by) : textSequence(fronted, to, by);
      const before = (tokens * (hole?.start ?? to)) / text.length;
      const wide = before > wider * widest ? build(moved) : undefined;
      return wide && wide.ids.length < maxLength ? wide : build(options);
    };
    const ends = Array.from({ length: count }, (_, i) => {
      return [Math.round((i * text.length) / count), Math.round(((i + 1) * text.length) / count)] as const;
    });
    const stretches = ends.filter(isOwn(file.own)).map(([from, to]) => {
      return Array.from({ length: drawings }, () => {
        return sequenceOf(random.next() < fillShare ? drawHole(holes, from, to, random) : undefined, to);
      });
    });
    return stretches.filter((variants) => variants.every((sequence) => targetWeight(sequence) > 0));
  };
}

/** Returns a test of whether a stretch contains a part to learn from. */
function isOwn(own: readonly Span[] | undefined): (stretch: Span) => boolean {
  return ([from, to]) => own?.some(([start, end]) => start < to && from < end) ?? true;
}

/** Returns the holes that begin in a part to learn from. */
function holesIn(own: readonly Span[] | undefined, holes: HolesByKind): HolesByKind {
  if (!own) return holes;
  const isWithin = ({ start: at }: CursorHole): boolean => own.some(([start, end]) => start <= at && at < end);
  const within: Record<CursorKind, readonly CursorHole[]> = { ...holes };
  for (const kind of cursorKinds) within[kind] = holes[kind].filter(isWithin);
  return within;
}

/** Returns the completer's limits, and smaller ones if sequences are shorter than its prompts. */
function budgetFor(limits: Required<PromptBudget>, maxLength: number): Required<PromptBudget> {
  const suffix = Math.min(limits.suffix, Math.floor(maxLength / 8));
  const answer = Math.min(longestAnswer, Math.floor(maxLength / 4));
  const room = maxLength - suffix - answer - reservedTokens;
  const prefix = Math.max(8, Math.min(limits.prefix, room));
  const context = Math.min(limits.context, contextBudget(room));
  return { suffix, prefix, context, both: Math.max(8, Math.min(limits.both, room)) };
}

/** Draws a kind by its share, then a hole of that kind that begins in the stretch; undefined if there is none. */
function drawHole(holes: HolesByKind, from: number, to: number, random: Random): CursorHole | undefined {
  const within = cursorKinds.map((kind) => {
    const some = holes[kind].filter(({ start }) => from <= start && start < to);
    return { some, share: some.length > 0 ? shares[kind] : 0 };
  });
  let chance = random.next() * within.reduce((sum, { share }) => sum + share, 0);
  for (const { some, share } of within) {
    if (chance < share) return some[random.integer(some.length)];
    chance -= share;
  }
  return undefined;
}
