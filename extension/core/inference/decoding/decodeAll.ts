/**
 * Runs searches side by side: every run of the model reads the next tokens of all that are under way, and the prompts of
 * those that begin. Whatever ends makes room for the next. Knows neither how a search decides nor what a text says.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Span, TokenTree } from "../tree/tokenTree.ts";
import type { NextToken, Search } from "./strategy.ts";

/** A prompt, and the search behind it. */
export interface Task<Rule extends string> {
  readonly prompt: readonly number[];
  /** What stands behind the prompt already, where the search begins. */
  readonly written?: readonly number[];
  readonly search: Search<Rule>;
  /** Called when the search is over. */
  readonly onDone: () => void;
}

interface Active {
  readonly task: Task<string>;
  /** How many tokens there will be side by side because of it. */
  readonly room: number;
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
  tasks: Iterable<Task<Rule>>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = tasks[Symbol.iterator]();
  let next = waiting.next();
  let active: Active[] = [];

  const hasRoom = ({ prompt, search }: Task<Rule>, room: number): boolean =>
    active.length === 0 ||
    (sum(active, ({ task }) => task.search.width) + search.width <= mostLeaves &&
      sum(active, (other) => other.room) + room <= tree.breadth &&
      sum(active, ({ task }) => mostRoom(task)) + mostRoom({ prompt, search }) <= tree.mostTokens);

  /** Takes up what there is room for. */
  const admit = async (): Promise<void> => {
    while (!next.done) {
      const task = next.value;
      const known = Math.max(0, ...active.map((other) => inCommon(other.task, task)));
      const room = task.prompt.length - known + task.search.room;
      if (!hasRoom(task, room)) return;
      const { parent, ids } = await tree.addPrompt(task.prompt);
      active.push({ task, spans: [{ parent, ids: [...ids, ...(task.written ?? [])] }], room });
      next = waiting.next();
    }
  };

  for (;;) {
    await admit();
    if (active.length === 0) return;
    await nextTurn();
    signal?.throwIfAborted();
    const spans = active.flatMap((each) => each.spans);
    const { leaves: read, logits } = await tree.read(spans, { signal });
    const considered = Math.max(...active.map(({ task }) => task.search.considered));
    const likely = await tree.topLogProbabilities(logits, considered);
    const rows = likely.map((row, i): NextToken => {
      const start = i * tree.vocabularySize;
      return { ...row, logits: logits.subarray(start, start + tree.vocabularySize) };
    });
    let first = 0;
    active = active.filter((each) => {
      const end = first + each.spans.length;
      const leaves = read.slice(first, end);
      const growth = each.task.search.advance(rows.slice(first, end));
      first = end;
      if (!growth) {
        each.task.onDone();
        return false;
      }
      each.spans = growth.parents.map((parent, i) => ({ parent: leaves[parent]!, ids: [growth.tokens[i]!] }));
      return true;
    });
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** How many tokens there are side by side because of a task, at worst. */
export function mostRoom({ prompt, search }: Pick<Task<string>, "prompt" | "search">): number {
  return prompt.length + search.mostRoom;
}

/** With how many tokens both prompts begin. */
function inCommon({ prompt: a }: Task<string>, { prompt: b }: Task<string>): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}
