/** Limits the time of synchronous work, even of a regular expression that would never finish. */

import { createContext, Script } from "node:vm";

const call = new Script("work()");

/** Created on first use, because a context takes a millisecond. It contains only the current work. */
let context: { work?: () => unknown } | undefined;

/**
 * Returns the result of `work`; undefined if it takes longer than `milliseconds`. It is then interrupted at any point, so discard
 * any data that it was changing. The limit costs 0.1 ms, because a thread keeps the time.
 */
export function withinTime<T>(milliseconds: number, work: () => T): { readonly value: T } | undefined {
  context ??= createContext({});
  context.work = work;
  try {
    return { value: call.runInContext(context, { timeout: milliseconds }) as T };
  } catch (error) {
    // The error comes from the other context, so it is not an instance of this context's Error.
    if ((error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  } finally {
    delete context.work;
  }
}
