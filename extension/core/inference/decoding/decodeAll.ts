/**
 * The decoding loop for all strategies and any number of prompts. Each run of the model reads the next tokens of all
 * active tasks, and the prompts of new ones; finished tasks make room for waiting ones. Independent of particular
 * strategies and of text.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { TokenNode } from "../tree/tokenNode.ts";
import type { Span, TokenTree } from "../tree/tokenTree.ts";
import { longestDraft } from "../drafts/draftPace.ts";
import type { DraftSource, Guess } from "../drafts/draftSource.ts";
import type { DecodingStrategy, Growth, NextToken } from "./strategy.ts";

/** A prompt and the strategy that continues it. */
export interface DecodingTask<Rule extends string> {
  readonly prompt: readonly number[];
  readonly strategy: DecodingStrategy<Rule>;
  /** Guesses the next tokens. For strategies with one leaf at a time. */
  readonly drafts?: DraftSource | undefined;
  /** Called once the strategy is done. */
  readonly onDone: (milliseconds: DecodingTime) => void;
}

/** The milliseconds up to the scores of the first token (prefill), and from there to the end (decode). */
export interface DecodingTime {
  readonly prefill: number;
  readonly decode: number;
}

interface Active {
  readonly task: DecodingTask<string>;
  /** The tokens that the task usually adds to the tree at most. */
  readonly room: number;
  readonly startedAt: number;
  /** The time at which the prompt was read; undefined until then. */
  readAt: number | undefined;
  /** The spans to read next. */
  spans: readonly Span[];
  /** With drafts: the tokens that the strategy has chosen, and the guess at the end of the span. */
  readonly tokens: number[];
  guess: Guess | null;
}

/** The most leaves in one run. Measured: the embedded base gains little from more rows, and larger bases saturate earlier. */
const maxLeaves = 40;

/**
 * Runs all tasks, and starts each as soon as there is room.
 *
 * @throws the signal's reason between two runs once it is aborted, and UserError "context-full"; finished tasks stay finished
 */
export async function decodeAll<Rule extends string>(
  tree: TokenTree,
  tasks: Iterable<DecodingTask<Rule>>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = tasks[Symbol.iterator]();
  let next = waiting.next();
  let active: readonly Active[] = [];

  /** Returns the active tasks, and the waiting ones for which there is room. */
  const admitted = async (): Promise<readonly Active[]> => {
    const all = [...active];
    while (!next.done) {
      const task = next.value;
      const room = roomBeside(all, task);
      if (!hasRoom(tree, all, task, room)) break;
      const startedAt = performance.now();
      const each: Active = { task, room, startedAt, readAt: undefined, spans: [], tokens: [], guess: null };
      each.spans = [withGuess(each, await tree.addPrompt(task.prompt), tree)];
      all.push(each);
      next = waiting.next();
    }
    return all;
  };

  for (;;) {
    active = await admitted();
    if (active.length === 0) return;
    await nextTurn();
    signal?.throwIfAborted();
    active = await advanced(tree, active, signal);
  }
}

/** Reads one step of all active tasks, and returns those that continue. */
async function advanced(
  tree: TokenTree,
  active: readonly Active[],
  signal: AbortSignal | undefined,
): Promise<readonly Active[]> {
  const considered = Math.max(...active.map(({ task }) => task.strategy.considered));
  const startedAt = performance.now();
  const spans = active.flatMap((each) => each.spans);
  const reading = await tree.read(spans, { signal });
  const top = await tree.topLogProbabilities(reading.logits, considered);
  const rows = top.map((row, i): NextToken => {
    const start = i * tree.vocabularySize;
    return { ...row, logits: reading.logits.subarray(start, start + tree.vocabularySize) };
  });
  const now = performance.now();
  const nodes = reading.leaves.flatMap((leaf, i) => lastNodes(leaf, spans[i]!.asked ?? 1));
  let first = 0;
  return active.filter((each) => {
    const end = first + sum(each.spans, ({ asked = 1 }) => asked);
    const step = { nodes: nodes.slice(first, end), rows: rows.slice(first, end), milliseconds: now - startedAt };
    first = end;
    const isPrompt = each.readAt === undefined;
    each.readAt ??= now;
    const { growth, leaves } = each.guess ? verified(each, step, isPrompt) : grown(each, step, isPrompt);
    if (!growth) {
      each.task.onDone({ prefill: each.readAt - each.startedAt, decode: performance.now() - each.readAt });
      return false;
    }
    each.spans = growth.parents.map((parent, i) =>
      withGuess(each, { parent: leaves[parent]!, ids: [growth.tokens[i]!] }, tree),
    );
    return true;
  });
}

/** The result of one run for a task. */
interface Step {
  readonly nodes: readonly TokenNode[];
  /** The scores after each node. */
  readonly rows: readonly NextToken[];
  readonly milliseconds: number;
}

/** The growth of a strategy, and the leaves that its `parents` index. */
interface Advance {
  readonly growth: Growth | null;
  readonly leaves: readonly TokenNode[];
}

function grown({ task, tokens }: Active, { nodes, rows, milliseconds }: Step, isPrompt: boolean): Advance {
  const growth = task.strategy.advance(rows);
  if (growth && task.drafts) tokens.push(growth.tokens[0]!);
  if (!isPrompt) task.drafts?.pace.learn({ evidence: 0, drafted: 0, accepted: 0, milliseconds });
  return { growth, leaves: nodes };
}

/** Advances the strategy for as long as it chooses the guessed tokens. */
function verified({ task, tokens, guess }: Active, { nodes, rows, milliseconds }: Step, isPrompt: boolean): Advance {
  let accepted = 0;
  let growth = task.strategy.advance(rows.slice(0, 1));
  while (growth && growth.tokens[0] === guess!.tokens[accepted]) {
    accepted++;
    tokens.push(growth.tokens[0]!);
    growth = task.strategy.advance([rows[accepted]!]);
  }
  if (growth) tokens.push(growth.tokens[0]!);
  const run = { evidence: guess!.evidence, drafted: guess!.tokens.length, accepted, hasEnded: !growth };
  task.drafts?.pace.learn(isPrompt ? run : { ...run, milliseconds });
  return { growth, leaves: [nodes[accepted]!] };
}

/** Appends a guess to a span if there is one worth its time. */
function withGuess(each: Active, span: Span, { contextLength }: TokenTree): Span {
  const { task, tokens } = each;
  each.guess = null;
  if (!task.drafts) return span;
  const room = contextLength - task.prompt.length - tokens.length - 1;
  each.guess = task.drafts.guess(tokens, Math.min(longestDraft, room));
  if (!each.guess) return span;
  return { parent: span.parent, ids: [...span.ids, ...each.guess.tokens], asked: 1 + each.guess.tokens.length };
}

/** Returns the last `count` nodes of the path to `leaf`, in its order. */
function lastNodes(leaf: TokenNode, count: number): readonly TokenNode[] {
  const nodes = [leaf];
  while (nodes.length < count) nodes.push(nodes.at(-1)!.parent!);
  return nodes.reverse();
}

/** Returns the tokens that a task usually adds at most to a tree that holds the active tasks. */
function roomBeside(active: readonly Active[], task: DecodingTask<string>): number {
  const known = Math.max(0, ...active.map((other) => inCommon(other.task, task)));
  return task.prompt.length - known + task.strategy.room;
}

function hasRoom(tree: TokenTree, active: readonly Active[], task: DecodingTask<string>, room: number): boolean {
  if (active.length === 0) return true;
  return (
    sum(active, (other) => other.task.strategy.width) + task.strategy.width <= maxLeaves &&
    sum(active, (other) => other.room) + room <= tree.breadth &&
    sum(active, (other) => mostRoom(other.task)) + mostRoom(task) <= tree.mostTokens
  );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** Returns the tokens that a task keeps in the tree in the worst case. */
export function mostRoom({ prompt, strategy }: Pick<DecodingTask<string>, "prompt" | "strategy">): number {
  return prompt.length + strategy.mostRoom;
}

/** Returns the length of the common beginning of two prompts. */
function inCommon({ prompt: a }: DecodingTask<string>, { prompt: b }: DecodingTask<string>): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}
