/** Reads a prompt into a token tree in steps, so that a request need not wait long for it to stop. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { TokenTree } from "../../inference/tree/tokenTree.ts";

/** Milliseconds between which a step should take. */
const [shortest, longest] = [15, 40];
/** In tokens. */
const [firstStep, smallestStep, largestStep] = [32, 8, 256];

/** Returns the number of tokens that are read once the whole prompt is, or the signal is aborted. */
export async function readInSteps(tree: TokenTree, ids: readonly number[], signal: AbortSignal): Promise<number> {
  const span = await tree.addPrompt(ids);
  let step = firstStep;
  let end = 0;
  while (end < span.ids.length) {
    // Lets the message arrive that ends it.
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
