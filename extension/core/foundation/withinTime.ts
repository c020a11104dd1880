/** Holds synchronous work to a time limit, even a regular expression that would never come to an end. */

import { createContext, Script } from "node:vm";

const call = new Script("work()");

/** Made on first use, since one context takes a millisecond; its only content is the work of the moment. */
let context: { work?: () => unknown } | undefined;

/**
 * What `work` returns; undefined where it takes longer than `milliseconds`. It is ended then wherever it is, so whatever it was
 * changing is of no further use. Costs a tenth of a millisecond: a thread keeps the time.
 */
export function withinTime<T>(milliseconds: number, work: () => T): { readonly value: T } | undefined {
  context ??= createContext({});
  context.work = work;
  try {
    return { value: call.runInContext(context, { timeout: milliseconds }) as T };
  } catch (error) {
    // No instance of our Error: it comes from the other context.
    if ((error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  } finally {
    delete context.work;
  }
}
