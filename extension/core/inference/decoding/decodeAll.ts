/**
 * The decoding loop for all strategies and any number of prompts. Each run of the model reads the next tokens of all
 * active tasks, and the prompts of new ones; finished tasks make room for waiting ones. Independent of particular
 * strategies and of text.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Span, TokenTree } from "../tree/tokenTree.ts";
import type { DecodingStrategy, NextToken } from "./strategy.ts";

/** A prompt and the strategy that continues it. */
export interface DecodingTask<Rule extends string> {
  readonly prompt: readonly number[];
  readonly strategy: DecodingStrategy<Rule>;
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

  /** Returns the active tasks and the waiting ones that fit beside them. */
  const admitted = async (): Promise<readonly Active[]> => {
    const all = [...active];
    while (!next.done) {
      const task = next.value;
      const room = roomBeside(all, task);
      if (!hasRoom(tree, all, task, room)) break;
      const startedAt = performance.now();
      const span = await tree.addPrompt(task.prompt);
      all.push({ task, room, startedAt, readAt: undefined, spans: [span] });
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
  const reading = await tree.read(
    active.flatMap(({ spans }) => spans),
    { signal },
  );
  const top = await tree.topLogProbabilities(reading.logits, considered);
  const rows = top.map((row, i): NextToken => {
    const start = i * tree.vocabularySize;
    return { ...row, logits: reading.logits.subarray(start, start + tree.vocabularySize) };
  });
  const now = performance.now();
  let first = 0;
  return active.filter((each) => {
    const end = first + each.spans.length;
    const leaves = reading.leaves.slice(first, end);
    const growth = each.task.strategy.advance(rows.slice(first, end));
    first = end;
    each.readAt ??= now;
    if (!growth) {
      each.task.onDone({ prefill: each.readAt - each.startedAt, decode: performance.now() - each.readAt });
      return false;
    }
    each.spans = growth.parents.map((parent, i) => ({ parent: leaves[parent]!, ids: [growth.tokens[i]!] }));
    return true;
  });
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
