/** Makes V8 collect its garbage now, whatever flags the process was started with. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let known: NodeJS.GCFunction | undefined;

export function collectGarbage(): void {
  collector()();
}

/**
 * Collects all garbage, and gives the emptied pages back to the system. V8 would keep them for later: hundreds of megabytes, besides
 * the tensors outside of its heap. It also forgets compiled code, so call it when one kind of work ends and another begins.
 */
export function releaseHeap(): void {
  collector()({ type: "major", execution: "sync", flavor: "last-resort" });
}

/**
 * Collects what has become garbage since the last collections, in a millisecond or two. V8 does so when its own heap grows, but the
 * arrays that a native library returns are outside of it, so a hundred megabytes of them accumulate.
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
  // Only contexts that are created from now on have `gc`.
  return runInNewContext("gc") as NodeJS.GCFunction;
}
