/** Has V8 collect its garbage now, whatever flags the process was started with. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let known: NodeJS.GCFunction | undefined;

export function collectGarbage(): void {
  collector()();
}

/**
 * Collects all garbage, and gives the emptied pages back to the system. V8 would keep them for later: hundreds of megabytes beside
 * tensors that lie outside of its heap. It also forgets compiled code, so it is for moments after which other work begins.
 */
export function releaseHeap(): void {
  collector()({ type: "major", execution: "sync", flavor: "last-resort" });
}

/**
 * Collects what has become garbage since the last collections, in a millisecond or two. V8 does so when its own heap grows, but the
 * arrays that a native library returns lie outside of it: a hundred megabytes of them wait.
 */
export function collectRecentGarbage(): void {
  collector()({ type: "minor", execution: "sync" });
}

function collector(): NodeJS.GCFunction {
  known ??= exposed();
  return known;
}

function exposed(): NodeJS.GCFunction {
  setFlagsFromString("--expose-gc");
  // Only contexts that are made from now on have it.
  return runInNewContext("gc") as NodeJS.GCFunction;
}
