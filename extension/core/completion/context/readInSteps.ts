/** Reads a prompt into a token tree in steps, so that a request need not wait long for it to stop. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { TokenTree } from "../../inference/tree/tokenTree.ts";

/** The time that a step should take at least and at most, in milliseconds. */
const [shortest, longest] = [15, 40];
/** The size of the first step, and the limits of all steps, in tokens. */
const [firstStep, smallestStep, largestStep] = [32, 8, 256];

/** Returns the number of tokens that are read when the prompt ends, or the signal is aborted. */
export async function readInSteps(tree: TokenTree, ids: readonly number[], signal: AbortSignal): Promise<number> {
  const span = await tree.addPrompt(ids);
  let step = firstStep;
  let end = 0;
  while (end < span.ids.length) {
    // Yields to the event loop, so that a message that aborts the signal can arrive.
    await nextTurn();
    if (signal.aborted) break;
    const startedAt = performance.now();
    end = Math.min(span.ids.length, end + step);
    await tree.read([{ parent: span.parent, ids: span.ids.slice(0, end) }]);
    const taken = performance.now() - startedAt;
    if (taken < shortest) step = Math.min(largestStep, 2 * step);
    if (taken > longest) step = Math.max(smallestStep, step >> 1);
  }
  return end;
}
