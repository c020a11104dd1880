/**
 * The decoding loop, one for all strategies and any number of prompts: each run of the model reads the next tokens of all that are
 * under way, and the prompts of those that begin; whatever is done makes room for the next. Knows neither strategies nor text.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Span, TokenTree } from "../tree/tokenTree.ts";
import type { DecodingStrategy, NextToken } from "./strategy.ts";

/** A prompt and one strategy that continues it. */
export interface DecodingTask<Rule extends string> {
  readonly prompt: readonly number[];
  readonly strategy: DecodingStrategy<Rule>;
  /** Called once the strategy is over. */
  readonly onDone: (milliseconds: DecodingTime) => void;
}

/** In milliseconds: up to the scores of the first token, and from there to the end. */
export interface DecodingTime {
  readonly prefill: number;
  readonly decode: number;
}

interface Active {
  readonly task: DecodingTask<string>;
  /** The most tokens that it adds to the tree, as a rule. */
  readonly room: number;
  readonly startedAt: number;
  /** When the prompt had been read; undefined before. */
  readAt: number | undefined;
  /** What is read next. */
  spans: readonly Span[];
}

/** In one run. Measured: the embedded base gains little beyond so many rows, and bigger ones reach their best earlier. */
const mostLeaves = 40;

/**
 * Takes tasks one by one, as there is room.
 *
 * @throws the signal's reason between two runs once it is aborted, and UserError "context-full"; what is done stays so
 */
export async function decodeAll<Rule extends string>(
  tree: TokenTree,
  tasks: Iterable<DecodingTask<Rule>>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = tasks[Symbol.iterator]();
  let next = waiting.next();
  let active: readonly Active[] = [];

  /** Takes up the tasks that there is room for. */
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

/** Reads one step of all that are under way, and returns those that go on. */
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

/** The most tokens that a task adds to the tree beside others, as a rule. */
function roomBeside(active: readonly Active[], task: DecodingTask<string>): number {
  const known = Math.max(0, ...active.map((other) => inCommon(other.task, task)));
  return task.prompt.length - known + task.strategy.room;
}

function hasRoom(tree: TokenTree, active: readonly Active[], task: DecodingTask<string>, room: number): boolean {
  if (active.length === 0) return true;
  return (
    sum(active, (other) => other.task.strategy.width) + task.strategy.width <= mostLeaves &&
    sum(active, (other) => other.room) + room <= tree.breadth &&
    sum(active, (other) => mostRoom(other.task)) + mostRoom(task) <= tree.mostTokens
  );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** The most tokens that a task keeps in the tree, at worst. */
export function mostRoom({ prompt, strategy }: Pick<DecodingTask<string>, "prompt" | "strategy">): number {
  return prompt.length + strategy.mostRoom;
}

/** The length of the beginning that both prompts share. */
function inCommon({ prompt: a }: DecodingTask<string>, { prompt: b }: DecodingTask<string>): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}
